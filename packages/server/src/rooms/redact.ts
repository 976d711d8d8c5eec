import { randomUUID } from 'node:crypto'
import { type Redact, wire } from '@roomful/contract/protocol'
import type { Room } from './room.ts'

/** S30: deletes the data of a message and of its amendments. False where the log does not hold the message. */
export async function redactMessage(room: Room, seq: number): Promise<boolean> {
  const { entries } = await room.page({ after: seq - 1, limit: 1, bytes: 0 })
  if (entries[0]?.seq !== seq || entries[0].event === wire.redact) return false
  const data: Redact = { seq }
  const entry = { event: wire.redact, data, id: randomUUID(), from: null, at: Date.now() }
  return (await room.redact(seq, entry)) !== undefined
}
