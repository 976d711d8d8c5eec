import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Action, answers, MembershipWorld } from './support/membership-world.ts'

const simple = fc.constantFrom<Action>(
  { type: 'join' },
  { type: 'leave' },
  { type: 'hold' },
  { type: 'release' },
  { type: 'params' },
  { type: 'needed' },
  { type: 'lost' },
  { type: 'connect' },
  { type: 'recover' },
  { type: 'disconnect' },
  { type: 'stop' },
  { type: 'time' },
  { type: 'lateYes' },
  { type: 'lateNo' },
  { type: 'out' },
)
const answer = fc.record({ type: fc.constant('answer' as const), answer: fc.constantFrom(...answers) })
const wish = fc.constantFrom<Action>({ type: 'join' }, { type: 'leave' }, { type: 'hold' }, { type: 'needed' })
const actions = fc.array(fc.oneof(simple, wish, answer), { maxLength: 60 })
const runs = { numRuns: 2_000, endOnFailure: true }

function run(script: readonly Action[]): MembershipWorld {
  const world = new MembershipWorld()
  world.do({ type: 'connect' })
  for (const action of script) world.do(action)
  return world
}

function expectWanted(world: MembershipWorld): void {
  expect(world.membership.state.status).toBe(world.isWanted ? 'joined' : 'left')
  expect(world.serverParams !== undefined).toBe(world.isWanted || world.isNeeded)
  if (world.isWanted) expect(world.serverParams).toBe(world.params)
}

test('RM2 RM3 RM5 RM6 RM7 RM10 OB10 after any faults the server has what is wanted, and join() has ended', () => {
  fc.assert(
    fc.property(actions, fc.boolean(), (script, isRecovered) => {
      const world = run(script)
      world.heal()
      if (world.isConnected && world.membership.state.status === 'failed')
        expect([world.isWanted, world.serverParams]).toEqual([true, undefined]) // refused permanently
      else if (world.isConnected) expectWanted(world)
      // A new connection is the last chance of a room that was refused permanently.
      world.do({ type: 'disconnect' })
      world.do({ type: isRecovered ? 'recover' : 'connect' })
      world.heal()
      expectWanted(world)
      expect([world.openJoins, world.membership.isBusy, world.isRetryPlanned]).toEqual([[], false, false])
    }),
    runs,
  )
})

test('RM2 however often the wish changes while a request is in flight, at most two requests follow', () => {
  fc.assert(
    fc.property(actions, fc.array(wish, { maxLength: 20 }), (script, wishes) => {
      const world = run(script)
      world.do({ type: 'disconnect' })
      world.do({ type: 'connect' })
      world.heal()
      world.do({ type: world.isWanted ? 'leave' : 'join' })
      const before = world.requests
      for (const action of wishes) world.do(action)
      world.heal()
      expect(world.requests - before).toBeLessThanOrEqual(2)
    }),
    runs,
  )
})
