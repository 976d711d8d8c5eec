import type { AnyContract } from '@roomful/contract'
import { AppCalls } from './app-calls.ts'
import { connectError, identify, type Identity } from './authenticate.ts'
import { Drain } from './drain.ts'
import { EventRules, type Handler } from './event-rules.ts'
import type { RoomsHost, RoomsSocket } from './host.ts'
import type { Rooms, RoomsOptions } from './options.ts'
import { Publisher } from './publisher.ts'
import { RefusalError, refuse } from './refuse.ts'
import { RoomsInUse } from './rooms-in-use.ts'
import { serverVoice } from './server-voice.ts'
import { Session } from './session.ts'
import { settingsOf } from './settings.ts'

/**
 * Gives a Socket.IO server (or one of its namespaces) rooms that speak `roomful/1`.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for options that cannot work.
 * @example
 * const rooms = createRooms(io, { contract: chat, authenticate: ({ auth }) => userOf(auth.token) })
 * rooms.handle('message', ({ data }) => ({ text: data.text.trim() }))
 * await rooms.to('general').emit('message', { text: 'hello' })
 */
export function createRooms<C extends AnyContract>(io: RoomsHost, options: RoomsOptions<C>): Rooms<C> {
  const settings = settingsOf(options)
  const { log, limits, report } = settings
  const drain = new Drain()
  const calls = new AppCalls(settings.handlerTimeoutMs)
  const rules = new EventRules(settings, calls)
  const inUse = new RoomsInUse(io, log, report)
  const publisher = new Publisher({ rules, drain, limits, report })
  const parts = { settings, calls, drain, rules, inUse, publisher }
  const identities = new WeakMap<RoomsSocket, Identity | null>()
  const sessions = new Map<RoomsSocket, Session>()
}
