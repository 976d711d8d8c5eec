import type { Hello } from '@roomful/contract/protocol'
import { defaultLimits } from '@roomful/contract/protocol'
import type { Trace, TraceEntry, TraceEvent } from '@roomful/testing'

export const url = 'https://replay.example'

/** A trace of these events, one a millisecond. */
export function traceOf(events: readonly TraceEvent[], head: Partial<Trace> = {}): Trace {
  const entries = events.map((event, at): TraceEntry => ({ ...event, at }))
  return {
    format: 'roomful-trace',
    version: 1,
    startedAt: 1e12,
    url,
    rooms: 'plain',
    data: 'included',
    dropped: 0,
    ...head,
    entries,
  }
}

export const opened = { type: 'opened', id: 'a-socket', recovered: false } as const
export const lost = { type: 'closed', kicked: false, error: { code: 'DISCONNECTED', message: 'lost' } } as const

const hello: Hello = { v: 1, capabilities: ['packs', 'joins'], limits: defaultLimits, user: { id: 'ann' }, now: 1e12 }
export const helloPacket = { type: 'in', event: '$hello', args: [hello] } as const

export const epoch = 'an-epoch-of-a-log'

/** The answer to the join of a room whose log ends with `head`. */
export function joinAnswer(head: number): object {
  return { ok: true, epoch, head, first: 1, entries: [], members: { v: 1, count: 0, list: [] } }
}

/** The join of such a room. */
export function joined(room: string, call: number, head = 0): TraceEvent[] {
  return [
    { type: 'out', event: '$join', args: [{ room, packs: true }], call },
    { type: 'ack', event: '$join', args: [joinAnswer(head)], call, ms: 1 },
  ]
}

/** A message of another user, as the server sends it. */
export function message(
  room: string,
  seq: number,
  text: string,
  id = `bobs-message-${seq}`.padEnd(16, '-'),
): TraceEvent {
  const meta = { $room: room, epoch, seq, id, from: { id: 'bob' }, at: 1e12 + seq }
  return { type: 'in', event: 'message', args: [{ text }, meta] }
}
