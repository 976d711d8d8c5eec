import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type HostileLink, handshake, startHostileServer, welcome } from '../support/hostile-server.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'
import { transports } from '../support/transports.ts'

type Packets = (string | Uint8Array)[]
const session = { sid: 'a', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000 }
const bytes = new Uint8Array([4, 0, 255])
const deep = '['.repeat(5_000) + ']'.repeat(5_000)

const firstPackets: Record<string, Packets> = {
  'no JSON': ['0garbage'],
  'an empty handshake': ['0'],
  'null for a handshake': ['0null'],
  'no upgrades': ['0{"sid":"a","pingInterval":25000,"pingTimeout":20000}'],
  'pingInterval 0': [`0${JSON.stringify({ ...session, pingInterval: 0 })}`],
  'pingInterval 1e12': [`0${JSON.stringify({ ...session, pingInterval: 1e12 })}`],
  'a CONNECT_ERROR without data': ['44'],
  'an ack without data': ['430'],
  'an event without data': ['42'],
  'an event whose name is a number': ['42[5]'],
  'an unknown packet': ['9'],
  'nothing at all': [''],
  text: ['<html><body>502 Bad Gateway</body></html>'],
  bytes: [bytes],
}

const insteadOfConnect: Record<string, Packets> = {
  'a CONNECT without data': ['40'],
  'a CONNECT without an id': ['40{}'],
  'a CONNECT that is a list': ['40[]'],
  'a CONNECT_ERROR without data': ['44'],
  'an event without data': ['42'],
  'an ack without a request': ['4399["x"]'],
  'bytes without an event': [bytes],
  'no such type': ['4x', '49'],
  'an event before it': ['42["early",1]'],
}

const onceConnected: Record<string, Packets> = {
  'a CONNECT_ERROR without data': ['44'],
  'a CONNECT_ERROR': ['44{"message":"no"}'],
  'a second CONNECT': ['40{"sid":"other"}'],
  'a second CONNECT whose id is none': ['40{"sid":{}}'],
  'a CONNECT without an id': ['40'],
  'an ack without data': ['430', '431'],
  'an ack that is none': ['430{"a":1}', '43', '4300000000000000000000["x"]'],
  'an event without data': ['42'],
  'an event without a name': ['42[]'],
  'an event whose name is a number': ['42[5]', '42[5,6]'],
  'an event whose name is none': ['42[null]', '42[{}]'],
  'reserved names': ['42["connect"]', '42["disconnect"]', '42["connect_error"]'],
  'names of prototypes': ['42["__proto__",1]', '42["constructor",1]', '42["toString"]'],
  'a bytes event without data': ['451-', bytes],
  'a bytes ack without data': ['461-0', bytes],
  'a bytes event that does not come': ['451-["x",{"_placeholder":true,"num":0}]', '42["y"]'],
  'a placeholder for nothing': ['451-["x",{"_placeholder":true,"num":7}]', bytes],
  'too many bytes': ['499-["x"]', '45999999999-["x"]'],
  'bytes alone': [bytes],
  'a second handshake': [`0${JSON.stringify(session)}`],
  'a second handshake that is none': ['0garbage', '0{}'],
  'no JSON': ['42["x"', '42["x",]', '42\u0000'],
  'deep JSON': [`42["x",${deep}]`],
  'our own names': [
    '42["$hello"]',
    '42["$hello",{"v":"1"}]',
    '42["$members",{"room":1}]',
    '42["$head",null]',
    '42["$"]',
  ],
  'an engine error': ['x', '7', '44 '],
}

/** A server that sends garbage over its first connections, and otherwise works and answers requests. */
function startGarbageServer(say: (link: HostileLink) => void, first = 1) {
  return startHostileServer((link) => {
    link.onPacket((packet) => {
      const id = /^42(\d+)\["ping"/.exec(packet)?.[1]
      if (id) link.send(`43${id}["pong"]`)
    })
    if (link.number <= first) say(link)
    else welcome(link)
  })
}

describe.each(transports)('SEC27 CN12 garbage over %s', (transport) => {
  const options = { connectTimeoutMs: 300, socket: { transports: [transport] } }

  /** Whatever it was, nothing is thrown, and the client works in the end. */
  async function expectToWork(say: (link: HostileLink) => void, first?: number): Promise<void> {
    expectNothingUncaught()
    const server = await startGarbageServer(say, first)
    const client = startClient(server.url, options)
    await expect
      .poll(
        async () => {
          await client.connect()
          return client.timeout(200).emitWithAck('ping').catch(String)
        },
        { timeout: 20_000 },
      )
      .toBe('pong')
    const state = await until(client, 'connected')
    expect(state.id).toEqual(expect.any(String))
  }

  test.each(Object.entries(firstPackets))('is survived as the first packet: %s', async (_name, packets) => {
    await expectToWork((link) => link.send(...packets))
  })

  test.each(Object.entries(insteadOfConnect))('is survived instead of the CONNECT: %s', async (_name, packets) => {
    await expectToWork((link) => {
      handshake(link)
      link.onPacket((packet) => packet.startsWith('40') && link.send(...packets))
    })
  })

  test.each(Object.entries(onceConnected))('is survived once connected: %s', async (_name, packets) => {
    await expectToWork((link) => welcome(link, () => link.send(...packets)))
  })

  test('is survived as random packets at any time', async () => {
    const anyPacket = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }),
      fc
        .tuple(fc.constantFrom('0', '2', '3', '40', '42', '43', '450', '451-', '46', '5', '6'), fc.json())
        .map((parts) => parts.join('')),
    )
    const random = fc.sample(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.array(anyPacket, { maxLength: 4 })), {
      numRuns: 24,
      seed: 20_261_123,
    })
    await expectToWork((link) => {
      const [moment, packets] = random[link.number - 1] ?? [0, []]
      if (moment === 0) return link.send(...packets)
      if (moment === 1) handshake(link)
      else welcome(link, () => link.send(...packets, '6noop', '41 '))
      if (moment === 1) link.onPacket((packet) => packet.startsWith('40') && link.send(...packets))
    }, 24)
  })
})

test('SEC27 CN12 garbage fails the attempt with a sentence, and another attempt follows', async () => {
  const server = await startHostileServer((link) => link.send('0garbage'))
  const client = startClient(server.url)
  const statuses = recordStatuses(client)
  void client.connect()
  const { error, reason } = await until(client, 'reconnecting', ({ attempt }) => attempt > 2)
  expect([reason, error.code]).toEqual(['transport', 'UNREACHABLE'])
  expect(error.cause).toMatchObject({ message: 'invalid packet', description: expect.any(SyntaxError) as Error })
  expect(new Set(statuses)).toEqual(new Set(['idle', 'connecting', 'reconnecting']))
})

test('CN12 a refusal on a connection that was accepted before is a loss', async () => {
  expectNothingUncaught()
  const links: HostileLink[] = []
  const server = await startHostileServer((link) => {
    links.push(link)
    welcome(link)
  })
  const client = startClient(server.url)
  await client.connect()
  links[0]?.send('44{"message":"no more","data":{"code":"CHANGED"}}')
  expect(await until(client, 'reconnecting')).toMatchObject({ reason: 'transport', error: { code: 'CHANGED' } })
  expect(await until(client, 'connected')).toMatchObject({ id: 'socket-2' })
})

test('CN4 a packet of a failed attempt is not received in the next one', async () => {
  const server = await startHostileServer((link) => {
    if (link.number > 1) return welcome(link)
    handshake(link)
    link.onPacket((packet) => {
      if (!packet.startsWith('40')) return
      link.send('42["$hello",{"v":1,"capabilities":[],"user":null,"now":1}]', '42["news","of the first attempt"]')
      link.close()
    })
  })
  const client = startClient(server.url, { socket: { transports: ['websocket'] } })
  const received = vi.fn<(data: unknown) => void>()
  client.on('news', received)
  await client.connect()
  expect(received).not.toHaveBeenCalled()
  expect(client.guarantees?.rooms).toBe('plain')
})
