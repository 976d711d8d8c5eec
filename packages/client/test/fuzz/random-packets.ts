import fc from 'fast-check'
import { mutated } from '../../../server/test/fuzz/mutated.ts'

// Random packets of a server: correct ones with changes, packets with changed characters, and noise.

const user = { id: 'ann', name: 'Ann' }
const meta = { $room: 'general', epoch: 'epoch-one', seq: 2, id: 'message-00000002', from: user, at: 1 }
const entry = { event: 'message', data: { text: 'hi' }, seq: 1, id: 'message-00000001', from: user, at: 1 }
const member = { user, presence: { status: 'online' } }

export const hello = { v: 1, capabilities: ['presence', 'typing', 'inbox'], limits: {}, user, now: 1 }
export const joined = {
  ok: true,
  epoch: 'epoch-one',
  head: 1,
  first: 1,
  entries: [entry],
  members: { v: 1, list: [member] },
}

const events: readonly unknown[][] = [
  ['$hello', hello],
  ['$head', { room: 'general', epoch: 'epoch-one', seq: 9 }],
  ['$members', { room: 'general', v: 2, set: [member], gone: ['bob'] }],
  ['$typing', { room: 'general', user, typing: true }],
  ['message', { text: 'hi' }, meta],
  ['message', { text: 'hi' }, { ...meta, seq: 5 }],
  ['cursor', { x: 1 }, { $room: 'general', from: user, at: 1 }],
  ['news', 'of the server'],
]

/** Those that end the membership or the connection. */
const ends: readonly unknown[][] = [
  ['$out', { room: 'general', code: 'KICKED', message: 'out' }],
  ['$bye', { code: 'RATE', after: 5, message: 'slow down' }],
]

/** What a server may answer to a request of the client. */
const answers: readonly unknown[][] = [
  [joined],
  [{ ok: true }],
  [{ ok: true, epoch: 'epoch-one', results: [{ seq: 2, at: 1 }] }],
  [{ ok: false, code: 'RATE', after: 5 }],
  [{ ok: false, code: 'EPOCH', epoch: 'epoch-two', results: [] }],
  [{ ok: true, epoch: 'epoch-one', head: 3, first: 1, entries: [entry, { ...entry, seq: 2 }] }],
]

const starts = ['', '0', '1', '2', '3', '4', '5', '6', '40', '41', '42', '43', '430', '44', '45', '451-', '46', '461-0']

const ack = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.nat(50).map(String))
const event = fc
  .tuple(ack, fc.oneof({ weight: 12, arbitrary: mutated(events, 1) }, mutated(ends, 1)))
  .map(([id, value]) => `42${id}${JSON.stringify(value)}`)
const unasked = fc.tuple(fc.nat(50), mutated(answers)).map(([id, value]) => `43${id}${JSON.stringify(value)}`)

const damaged = fc
  .tuple(fc.oneof(event, unasked), fc.nat(), fc.string({ maxLength: 4, unit: 'binary' }), fc.nat(20))
  .map(([text, place, inserted, removed]) => {
    const at = place % (text.length + 1)
    return text.slice(0, at) + inserted + text.slice(at + removed)
  })

const nested = fc.nat(3_000).map((depth) => `42["news",${'['.repeat(depth)}${']'.repeat(depth)}]`)

/** An event or an answer with random changes, which Socket.IO can read. */
export const anyEvent: fc.Arbitrary<string> = fc.oneof({ weight: 3, arbitrary: event }, unasked)

/** A packet of Engine.IO: text, or bytes. */
export const anyPacket: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: anyEvent },
  { weight: 4, arbitrary: damaged },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...starts), fc.json({ maxDepth: 3 })).map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...starts), fc.string({ unit: 'binary' })).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  { weight: 1, arbitrary: nested },
)

/** The answer to a request: the given one, or a random one. */
export const anyAnswer: fc.Arbitrary<string> = mutated(answers).map((value) => JSON.stringify(value))
