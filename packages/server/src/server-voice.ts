import { randomUUID } from 'node:crypto'
import { type AnyContract, type Receipt, RoomfulError } from '@roomful/contract'
import { assertRoomName } from '@roomful/contract/protocol'
import type { Drain } from './drain.ts'
import type { EventRules } from './event-rules.ts'
import { channelOf, type RoomsHost } from './host.ts'
import type { RoomVoice } from './options.ts'
import type { Report } from './report.ts'
import { volatileMeta } from './room.ts'
import type { RoomsInUse } from './rooms-in-use.ts'

interface VoiceParts {
  readonly rules: EventRules
  readonly drain: Drain
  readonly inUse: RoomsInUse
  readonly host: RoomsHost
  readonly report: Report
}

/** `rooms.to(name)`: the server speaks in a room, past permissions and handlers, which are its own. */
export function serverVoice(room: string, parts: VoiceParts): RoomVoice<AnyContract> {
  assertRoomName(room)
  const { rules, drain, host, report } = parts
  return {
    emit: (event: string, data?: unknown) => {
      const receipt = drain.run(() => say(room, event, data, parts))
      // Nobody has to wait for it; the failure is told all the same, and never ends the process.
      receipt.catch((error) => report(error, { during: 'emit', room, event }))
      return receipt
    },
    volatile: {
      emit: (event: string, data?: unknown) => {
        drain.assertOpen()
        const travels = rules.own(event, data, 'volatile')
        host.to(channelOf(room)).emit(event, travels, volatileMeta(room, null))
      },
    },
  }
}

async function say(name: string, event: string, data: unknown, { rules, inUse }: VoiceParts): Promise<Receipt> {
  const travels = rules.own(event, data, 'durable')
  const id = randomUUID()
  const entry = { event, data: travels, id, from: null, at: Date.now() }
  const appended = await inUse.using(name, (room) => room.append([entry]))
  const stored = appended.entries[0]
  if (stored === undefined) throw new RoomfulError('INTERNAL', `the log of "${name}" did not take the message`)
  return { confirmed: true, id, seq: stored.seq, at: stored.at }
}
