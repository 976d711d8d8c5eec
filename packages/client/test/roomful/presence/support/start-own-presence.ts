import { createPresence, RoomfulError } from '@roomful/client'
import { refusal } from '../../../support/refusal.ts'
import { createFakeRoom } from './fake-room.ts'

/** Our own presence in a room that does what the test says; a server that says what the test says. */
export function startOwnPresence(options?: Parameters<typeof createFakeRoom>[0]) {
  const fake = createFakeRoom(options)
  const presence = createPresence(fake.room)
  const told: unknown[] = []
  presence.state.subscribe(({ presence: state, error }) => told.push(error?.code ?? state ?? 'nothing'))
  return {
    ...fake,
    set: presence.set as (state: unknown) => void,
    clear: presence.clear,
    state: presence.state.getState,
    told,
    sent: () => fake.asked.map(({ presence: state }) => state),
    async accept() {
      fake.asked.at(-1)?.accept()
      await fake.pass(0)
    },
    async refuse(code: string, data?: unknown) {
      fake.asked.at(-1)?.refuse(refusal(code, data))
      await fake.pass(0)
    },
    async lose() {
      fake.asked.at(-1)?.refuse(new RoomfulError('TIMEOUT', 'no answer'))
      await fake.pass(0)
    },
    async cut() {
      fake.go('suspended')
      fake.asked.at(-1)?.refuse(new RoomfulError('DISCONNECTED', 'cut off'))
      await fake.pass(0)
    },
  }
}
