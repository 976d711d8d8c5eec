import { createPresence, RoomfulError } from '@roomful/client'
import { refusal } from '../../../support/refusal.ts'
import { createFakeRoom } from './fake-room.ts'

/** The user's own presence in a fake room, and a server that gives any answer. */
export function startOwnPresence(options?: Parameters<typeof createFakeRoom>[0]) {
  const fake = createFakeRoom(options)
  const presence = createPresence(fake.room)
  const shown: unknown[] = []
  presence.state.subscribe(({ presence: state, error }) => shown.push(error?.code ?? state ?? 'nothing'))
  const refuseLast = async (error: RoomfulError): Promise<void> => {
    fake.requests.at(-1)?.refuse(error)
    await fake.pass(0)
  }
  return {
    ...fake,
    set: presence.set as (state: unknown) => void,
    clear: presence.clear,
    state: presence.state.getState,
    /** Each change of `presence.state`: the presence, or the code of its error. */
    shown,
    sent: () => fake.requests.map(({ presence: sent }) => sent),
    async accept() {
      fake.requests.at(-1)?.accept()
      await fake.pass(0)
    },
    refuse: (code: string, data?: unknown) => refuseLast(refusal(code, data)),
    /** No answer comes in time. */
    timeOut: () => refuseLast(new RoomfulError('TIMEOUT', 'no answer')),
    /** The connection is lost. */
    async cut() {
      fake.setStatus('suspended')
      await refuseLast(new RoomfulError('DISCONNECTED', 'cut off'))
    },
  }
}
