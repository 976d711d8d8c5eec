import { randomUUID } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { type Redact, wire } from '@roomful/contract/protocol'
import type { Room } from './room.ts'

/** S30: deletes the data of a message and of its amendments. @throws RoomfulError `INVALID_ARGUMENT` where there is no such message. */
export async function redactMessage(room: Room, seq: number): Promise<void> {
  const { entries } = await room.page({ after: seq - 1, limit: 1, bytes: 0 })
  const [found] = entries
  if (found?.amends !== undefined && found.seq === seq)
    throw invalid(`${seq} amends another message: redact that one, ${found.amends.seq}`)
  if (found?.seq !== seq || found.event === wire.redact) throw unknown(room, seq)
  const data: Redact = { seq }
  const entry = { event: wire.redact, data, id: randomUUID(), from: null, at: Date.now() }
  if ((await room.redact(seq, entry)) === undefined) throw unknown(room, seq)
}

function unknown({ name }: Room, seq: number): RoomfulError {
  return invalid(`the log of room ${name} has no message ${seq}`)
}

function invalid(sentence: string): RoomfulError {
  return new RoomfulError('INVALID_ARGUMENT', `rooms.redact: ${sentence}`)
}
