import { randomUUID } from 'node:crypto'
import { type AnyContract, type Receipt, RoomfulError } from '@roomful/contract'
import { assertRoomName } from '@roomful/contract/protocol'
import type { ActiveRooms } from './active-rooms.ts'
import type { Drain } from '../drain.ts'
import type { EventRules } from '../publish/event-rules.ts'
import type { RoomEmitter } from '../options.ts'
import type { Report } from '../report.ts'
import { volatileMeta } from './room.ts'
import { channelOf, type SocketIoServer } from '../socket-io.ts'

interface RoomEmitterParts {
  readonly rules: EventRules
  readonly drain: Drain
  readonly activeRooms: ActiveRooms
  readonly io: SocketIoServer
  readonly report: Report
}

/** `rooms.to(name)`: emits the server's own messages, without `authorize` and without handlers. */
export function createRoomEmitter(room: string, parts: RoomEmitterParts): RoomEmitter<AnyContract> {
  assertRoomName(room)
  const { rules, drain, io, report } = parts
  return {
    emit: (event: string, data?: unknown) => {
      const receipt = drain.run(() => append(room, event, data, parts))
      // Reported as well, so that a promise that the app does not await cannot end the process.
      receipt.catch((error) => report(error, { during: 'emit', room, event }))
      return receipt
    },
    volatile: {
      emit: (event: string, data?: unknown) => {
        drain.assertOpen()
        const checked = rules.checkOwn(event, data, 'volatile')
        io.to(channelOf(room)).emit(event, checked, volatileMeta(room, null))
      },
    },
  }
}

async function append(name: string, event: string, data: unknown, parts: RoomEmitterParts): Promise<Receipt> {
  const checked = parts.rules.checkOwn(event, data, 'durable')
  const id = randomUUID()
  const entry = { event, data: checked, id, from: null, at: Date.now() }
  const appended = await parts.activeRooms.use(name, (room) => room.append([entry]))
  const stored = appended.entries[0]
  if (stored === undefined) throw new RoomfulError('INTERNAL', `the log of room "${name}" did not store the message`)
  return { confirmed: true, id, seq: stored.seq, at: stored.at }
}
