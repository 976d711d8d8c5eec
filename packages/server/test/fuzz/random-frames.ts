import fc from 'fast-check'
import { wire } from '@roomful/contract/protocol'
import { cidOf, idOf } from '../support/start-rooms.ts'
import { mutated } from './mutated.ts'

// Random frames of a client: correct requests with changes, frames with changed characters, and noise.

export const ROOM = 'fuzz'
/** Stands for the epoch of the room. */
export const EPOCH = 'the epoch of the room'
const item = { n: 1, id: idOf(1), event: 'anything', data: { text: 'hi' } }
const publish = {
  room: ROOM,
  epoch: EPOCH,
  cid: cidOf('f'),
  items: [item, { ...item, n: 2, id: idOf(2) }],
}

const requests: readonly unknown[][] = [
  [wire.join, { room: ROOM, since: { epoch: publish.epoch, seq: 1 }, last: 10, params: { a: 1 }, presence: null }],
  [wire.join, { room: ROOM }],
  [wire.leave, { room: ROOM }],
  [wire.publish, publish],
  [wire.history, { room: ROOM, epoch: publish.epoch, after: 0, before: 9, limit: 10 }],
  [wire.volatile, { room: ROOM, event: 'cursor', data: { x: 1, y: 2 } }],
  [wire.presence, { room: ROOM, presence: { status: 'away' } }],
  [wire.typing, { room: ROOM, typing: true }],
  [wire.auth, { auth: { id: 'ann' } }],
  ['echo', { some: ['data'] }],
]

/** The texts with which a packet of Engine.IO or Socket.IO can begin. */
const starts = ['', '0', '1', '2', '3', '4', '5', '6', '40', '40/x,', '41', '42', '43', '430', '44', '45', '451-', '46']

const ack = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.nat(1e6).map(String), fc.constant('9'.repeat(30)))
/** A request with random changes, which Socket.IO can read: the connection survives most of them. */
export const anyRequest: fc.Arbitrary<string> = fc
  .tuple(ack, mutated(requests, 1))
  .map(([id, value]) => `42${id}${JSON.stringify(value)}`)

const damaged = fc
  .tuple(anyRequest, fc.nat(), fc.string({ maxLength: 4, unit: 'binary' }), fc.nat(20))
  .map(([text, place, inserted, removed]) => {
    const at = place % (text.length + 1)
    return text.slice(0, at) + inserted + text.slice(at + removed)
  })

const nested = fc
  .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}']), fc.nat(6_000))
  .map(([[open = '', close = ''], depth]) => `42["echo",${open.repeat(depth)}1${close.repeat(depth)}]`)

const large = fc.nat(200_000).map((length) => `42["${wire.join}",{"room":"${'x'.repeat(length)}"}]`)

const withAttachments = fc
  .tuple(fc.nat(12), fc.nat(12), mutated(requests))
  .map(([count, num, value]) => `45${count}-${JSON.stringify([value, { _placeholder: true, num }])}`)

/** A frame: text, or bytes. */
export const anyFrame: fc.Arbitrary<string | Buffer> = fc.oneof(
  { weight: 12, arbitrary: anyRequest },
  { weight: 4, arbitrary: damaged },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...starts), fc.json({ maxDepth: 3 })).map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...starts), fc.string({ unit: 'binary' })).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: withAttachments },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: large },
)

/** Bytes that are no frame of a WebSocket, or one that a client must not send. */
export const anyBytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes))
