import { randomUUID } from 'node:crypto'
import { type AnyContract, type Receipt, RoomfulError } from '@roomful/contract'
import { assertRoomName } from '@roomful/contract/protocol'
import type { ActiveRooms } from './active-rooms.ts'
import type { Drain } from '../drain.ts'
import { type Amending, amendsOf, type EventRules, type Kind } from '../publish/event-rules.ts'
import { findTarget } from '../publish/find-target.ts'
import { RefusalError } from '../refuse.ts'
import { inboxOf } from './inbox.ts'
import type { RoomEmitter, UserEmitter } from '../options.ts'
import type { Report } from '../report.ts'
import type { Room } from './room.ts'

interface RoomEmitterParts {
  readonly rules: EventRules
  readonly drain: Drain
  readonly activeRooms: ActiveRooms
  readonly report: Report
}

/** `rooms.to(name)`: emits the server's own messages, without `authorize` and without handlers. */
export function createRoomEmitter(room: string, parts: RoomEmitterParts): RoomEmitter<AnyContract> {
  assertRoomName(room)
  const { rules, drain, activeRooms } = parts
  return {
    emit: (event: string, data?: unknown) => emit(room, event, data, 'durable', parts),
    volatile: {
      emit: (event: string, data?: unknown) => {
        drain.assertOpen()
        const checked = rules.checkOwn(event, data, 'volatile')
        activeRooms.relay(room, event, checked)
      },
    },
  }
}

/** `rooms.toUser(id)`: emits messages into the user's inbox. */
export function createUserEmitter(userId: string, parts: RoomEmitterParts): UserEmitter<AnyContract> {
  const room = inboxOf(userId)
  return { emit: (event: string, data?: unknown) => emit(room, event, data, 'inbox', parts) }
}

function emit(room: string, event: string, data: unknown, kind: Kind, parts: RoomEmitterParts): Promise<Receipt> {
  const receipt = parts.drain.run(() => append(room, event, data, kind, parts))
  // Reported as well, so that a promise that the app does not await cannot end the process.
  receipt.catch((error) => parts.report(error, { during: 'emit', room, event }))
  return receipt
}

async function append(
  name: string,
  event: string,
  data: unknown,
  kind: Kind,
  parts: RoomEmitterParts,
): Promise<Receipt> {
  const checked = parts.rules.checkOwn(event, data, kind)
  const id = randomUUID()
  const unread = parts.rules.isUnread(event, kind)
  const amending = kind === 'durable' ? parts.rules.amendingOf(event, checked) : undefined
  const amends = amending && amendsOf(event, amending, checked, null)
  const entry = { event, data: checked, id, from: null, at: 0, unread, ...(amends && { amends }) }
  const { seq, at } = await parts.activeRooms.use(name, async (room) => {
    if (amending) await assertTarget(room, amending)
    return await room.append(entry)
  })
  return { confirmed: true, id, seq, at }
}

/** @throws RoomfulError `INVALID_ARGUMENT` */
async function assertTarget(room: Room, { target, amends }: Amending): Promise<void> {
  try {
    await findTarget(room, target, amends, undefined)
  } catch (error) {
    throw error instanceof RefusalError ? new RoomfulError('INVALID_ARGUMENT', error.message) : error
  }
}
