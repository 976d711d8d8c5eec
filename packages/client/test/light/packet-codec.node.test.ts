import fc from 'fast-check'
import { Decoder, Encoder, type Packet as StockPacket } from 'socket.io-parser'
import { describe, expect, test } from 'vitest'
import { ACK, copyOf, encode, EVENT, type Packet, PacketReader } from '../../src/transport/light/packet-codec.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const placeholder = (num: unknown): string => JSON.stringify({ _placeholder: true, num })

/** What a reader gives for frames; the last packet counts. */
function read(...frames: unknown[]): Packet | undefined {
  const reader = new PacketReader()
  let packet: Packet | undefined
  for (const frame of frames) packet = reader.read(frame)
  return packet
}

function stockRead(frames: readonly unknown[]): StockPacket | undefined {
  const decoder = new Decoder()
  let packet: StockPacket | undefined
  decoder.on('decoded', (decoded: StockPacket) => (packet = decoded))
  for (const frame of frames) decoder.add(frame)
  return packet
}

const anyData = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.constantFrom(null, true, undefined),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'toString'), tie('value'), { maxKeys: 3 }),
  ),
})).value
const anySent = fc.record({
  type: fc.constantFrom(EVENT, ACK),
  nsp: fc.constantFrom('/', '/chat'),
  id: fc.integer({ min: 0, max: 1e9 }),
  data: fc.array(anyData, { maxLength: 4 }).map((args) => ['event', ...args]),
})

describe('LT2 packets', () => {
  test('are encoded as socket.io-parser encodes them, attachments included', () => {
    fc.assert(
      fc.property(anySent, (packet) => {
        const frames = encode(packet)
        expect(frames).toEqual(new Encoder().encode({ ...packet }))
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test('are read as socket.io-parser reads them', () => {
    fc.assert(
      fc.property(anySent, (packet) => {
        const frames = encode(packet)
        if (frames.length > 10) return
        expect(read(...frames)).toEqual(stockRead(frames))
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  test.each<[string, unknown]>([
    ['a class with toJSON', { toJSON: () => ({ bytes: bytes(1) }) }],
    ['a class that is binary as JSON', { toJSON: () => bytes(1) }],
    ['a class whose JSON is null', { toJSON: () => null, other: bytes(1) }],
    ['a Buffer, which has a toJSON of its own', Buffer.from([1, 2])],
    ['an ArrayBuffer', bytes(1, 2).buffer],
    ['boxed values beside bytes', [new Number(1), new String('ab'), bytes(1)]],
    ['a key named __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['the same bytes twice', [bytes(7), bytes(7)]],
    ['a date beside bytes', [new Date(0), bytes(1)]],
  ])('are encoded as socket.io-parser encodes them: %s', (_name, value) => {
    const packet = { type: EVENT, nsp: '/', id: 1, data: ['event', value] }
    expect(encode(packet)).toEqual(new Encoder().encode({ ...packet }))
  })

  test.each([
    ['0{"sid":"a"}', { type: 0, nsp: '/', data: { sid: 'a' } }],
    ['0/chat,{"sid":"a"}', { type: 0, nsp: '/chat', data: { sid: 'a' } }],
    ['1/chat', { type: 1, nsp: '/chat' }],
    ['1/chat,', { type: 1, nsp: '/chat' }],
    ['2/chat,7["event"]', { type: 2, nsp: '/chat', id: 7, data: ['event'] }],
    ['3/chat,7[]', { type: 3, nsp: '/chat', id: 7, data: [] }],
    ['4"no"', { type: 4, nsp: '/', data: 'no' }],
  ])('are read: %s', (frame, packet) => {
    expect(read(frame)).toMatchObject(packet)
  })
})

describe('LT7 what is no packet is refused', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

  test.each([
    ['', '9', 'x', '2', '2{}', '2[]', '2[null]', '2[{}]', '2["a"', '2["a"]x'],
    ['1{}', '0[]x', '0[]', '0"a"', '4', '4[]', '3', '30{}', '30'],
    ['5', '5["a"]', '5-["a"]', '50-["a"]', '511-["a"]', '5999999999-["a"]', '21-["a"]'],
    [`2${'9'.repeat(400)}["a"]`, '29007199254740993["a"]', `2["a",${deep}`],
  ])('%#', (...frames) => {
    for (const frame of frames) expect(() => read(frame)).toThrow(Error)
  })

  test.each([
    ['bytes alone', [bytes(1)]],
    ['text where bytes must follow', [`51-["a",${placeholder(0)}]`, '2["b"]']],
    ['a placeholder beyond the attachments', [`51-["a",${placeholder(1)}]`, bytes(1)]],
    ['a placeholder that names a property', [`51-["a",${placeholder('length')}]`, bytes(1)]],
    ['a placeholder that names an index as text', [`51-["a",${placeholder('0')}]`, bytes(1)]],
    ['a placeholder with part of a number', [`51-["a",${placeholder(0.5)}]`, bytes(1)]],
    ['a placeholder below 0', [`51-["a",${placeholder(-1)}]`, bytes(1)]],
    ['no data', ['51-', bytes(1)]],
    ['an answer that is no list', [`61-0${placeholder(0)}`, bytes(1)]],
    ['JSON that is 200,000 deep', [`51-["a",${deep}]`, bytes(1)]],
  ])('%s', (_name, frames) => {
    expect(() => read(...frames)).toThrow(Error)
  })
})

describe('EM11 a copy', () => {
  test('is what the receiver would read, with bytes of its own', () => {
    const sent = bytes(1, 2)
    const args = [{ at: new Date(0), none: undefined, sent }, NaN, Buffer.from([3])]
    const copy = copyOf(args)
    sent[0] = 9
    expect(copy).toEqual([{ at: '1970-01-01T00:00:00.000Z', sent: bytes(1, 2) }, null, Buffer.from([3])])
  })

  test('may have more attachments than a packet of a server', () => {
    const args = Array.from({ length: 30 }, (_, n) => bytes(n))
    expect(copyOf(args)).toEqual(args)
  })
})
