import type { AnyContract, User } from '@roomful/contract'
import { AppCalls } from './app-calls.ts'
import { Drain } from './drain.ts'
import { EventRules, type Handler } from './event-rules.ts'
import { Grace } from './grace.ts'
import type { RoomsHost } from './host.ts'
import type { Rooms, RoomsOptions } from './options.ts'
import { presenceMerge } from './presence-rules.ts'
import { Publisher } from './publisher.ts'
import { refuse } from './refuse.ts'
import { RoomsInUse } from './rooms-in-use.ts'
import { serverVoice } from './server-voice.ts'
import { Sessions } from './sessions.ts'
import { settingsOf } from './settings.ts'

/** What was told to stop has this long to write what it had decided. */
const STOP_MS = 1_000

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
  const inUse = new RoomsInUse({ host: io, log, report, mergePresence: presenceMerge(settings) })
  const grace = new Grace(settings.presenceGraceMs)
  const publisher = new Publisher({ rules, inUse, drain, limits, report })
  const sessions = new Sessions(io, { settings, calls, drain, rules, inUse, grace, publisher })

  async function closeDown(): Promise<void> {
    drain.stop()
    await drain.idle(settings.closeTimeoutMs)
    calls.stopAll(refuse('CLOSING', 'the server is closing'))
    await drain.idle(STOP_MS)
    sessions.stop()
    grace.stop()
    inUse.stop()
    await log.close?.()
  }

  let closed: Promise<void> | undefined
  return {
    handle: (event, handler) => rules.handle(event as string, handler as Handler),
    to: (room) => serverVoice(room, { rules, drain, inUse, report, host: io }),
    userOf: (socket) => sessions.userOf(socket) as User<C> | undefined,
    newEpoch: () => drain.run(async () => await log.newEpoch()),
    close: () => (closed ??= closeDown()),
  }
}
