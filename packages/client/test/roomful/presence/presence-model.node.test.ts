import fc from 'fast-check'
import { expect, test } from 'vitest'
import { actions, PresenceWorld } from './support/presence-world.ts'

const often = ['set', 'join', 'settle', 'settle', 'answer', 'answer', 'cut', 'back', 'pass'] as const
const step = fc.tuple(fc.constantFrom(...actions, ...often), fc.nat(2_000))

/** One request at a time, while joined, at most one every 100 ms. */
function assertPace({ fake, inFlight }: PresenceWorld): void {
  expect(inFlight).toBeLessThanOrEqual(1)
  for (const [index, { status, at }] of fake.requests.entries()) {
    expect(status).toBe('joined')
    expect(at - (fake.requests[index - 1]?.at ?? -Infinity)).toBeGreaterThanOrEqual(100)
  }
}

/** The server has the presence that the page shows, or the page shows the error. */
function assertConverged({ server, presence, earlier, fake, status }: PresenceWorld): void {
  expect(fake.timers()).toBe(0)
  if (status !== 'joined' || server.hasExpelled) return
  const { presence: shown = null, error } = presence.state.getState()
  const { keepsPresence } = server.deployment
  const isAccepted = keepsPresence && server.fits(shown) && server.accepts(shown)
  const code = !keepsPresence ? 'UNSUPPORTED' : server.fits(shown) ? 'SHAPE' : 'TOO_LARGE'
  expect(error?.code).toBe(isAccepted || shown === null ? undefined : code)
  if (isAccepted) expect(server.stored).toBe(shown)
  else expect(earlier).toContain(server.stored)
}

test('PR1-PR6 after any sequence of calls and faults, the server has the presence that is shown, or the error is shown', async () => {
  const property = fc.asyncProperty(fc.array(fc.noBias(step), { maxLength: 60, size: 'max' }), async (steps) => {
    const world = new PresenceWorld()
    for (const [action, pick] of steps) {
      await world.do(action, pick)
      expect(world.presence.state.getState().presence ?? null).toBe(world.expected)
      expect(world.fake.hasPresence()).toBe(world.expected !== null)
      assertPace(world)
    }
    await world.heal()
    assertPace(world)
    assertConverged(world)
  })
  await fc.assert(property, { numRuns: 500 })
})
