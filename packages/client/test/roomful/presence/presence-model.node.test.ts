import fc from 'fast-check'
import { expect, test } from 'vitest'
import { actions, PresenceWorld } from './support/presence-world.ts'

const often = ['set', 'join', 'settle', 'settle', 'answer', 'answer', 'cut', 'back', 'pass'] as const
const step = fc.tuple(fc.constantFrom(...actions, ...often), fc.nat(2_000))

function assertPolite({ fake, inFlight }: PresenceWorld): void {
  expect(inFlight).toBeLessThanOrEqual(1)
  for (const [index, { status, at }] of fake.asked.entries()) {
    expect(status).toBe('joined')
    expect(at - (fake.asked[index - 1]?.at ?? -Infinity)).toBeGreaterThanOrEqual(100)
  }
}

/** What the server shows for us is what we say here, or we say why not. */
function assertTrue({ server, presence, said, fake, status }: PresenceWorld): void {
  expect(fake.timers()).toBe(0)
  if (status !== 'joined' || server.isSecret) return
  const { presence: shown = null, error } = presence.state.getState()
  const { keeps } = server.deployment
  const isTaken = keeps && server.fits(shown) && server.isFine(shown)
  const code = !keeps ? 'UNSUPPORTED' : server.fits(shown) ? 'SHAPE' : 'TOO_LARGE'
  expect(error?.code).toBe(isTaken || shown === null ? undefined : code)
  if (isTaken) expect(server.has).toBe(shown)
  else expect(said).toContain(server.has)
}

test('PR1-PR6 whatever happens in whatever order, in the end the server has what is shown here, or the error says why not', async () => {
  const property = fc.asyncProperty(fc.array(fc.noBias(step), { maxLength: 60, size: 'max' }), async (steps) => {
    const world = new PresenceWorld()
    for (const [action, pick] of steps) {
      await world.do(action, pick)
      expect(world.presence.state.getState().presence ?? null).toBe(world.expected)
      assertPolite(world)
    }
    await world.quiet()
    assertPolite(world)
    assertTrue(world)
  })
  await fc.assert(property, { numRuns: 500 })
})
