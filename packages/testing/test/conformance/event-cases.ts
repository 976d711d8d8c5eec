import { expect } from 'vitest'
import { type Case, Harness } from './harness.ts'
import { collectEvents, nextEvent } from '../support/socket-events.ts'

const bytes = (value: unknown): number[] => [...new Uint8Array(value as ArrayBuffer)]

export const eventCases: readonly Case[] = [
  [
    'events carry any number of arguments, in both directions',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      const toServer = nextEvent(socket, 'up')
      client.emit('up', 1, 'two', [3], { four: { five: null } }, undefined)
      expect(await toServer).toEqual([1, 'two', [3], { four: { five: null } }, null])
      const toClient = nextEvent(client, 'down')
      socket.emit('down')
      expect(await toClient).toEqual([])
      const odd = nextEvent(client, 'ä/,[ 5-2')
      socket.emit('ä/,[ 5-2', '51-["not a packet"]')
      expect(await odd).toEqual(['51-["not a packet"]'])
    },
  ],
  [
    'acks work in both directions',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      socket.on('sum', (a: number, b: number, answer: (...values: unknown[]) => void) => answer(a + b, 'and more'))
      client.on('double', (a: number, answer: (n: number) => void) => answer(a * 2))
      const values = await new Promise<unknown[]>((done) => client.emit('sum', 1, 2, (...all: unknown[]) => done(all)))
      expect(values).toEqual([3, 'and more'])
      expect(await socket.timeout(20_000).emitWithAck('double', 21)).toBe(42)
    },
  ],
  [
    'an ack that does not arrive times out, on both sides',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      await expect(client.timeout(20).emitWithAck('unhandled')).rejects.toThrow('timed out')
      await expect(socket.timeout(20).emitWithAck('unhandled')).rejects.toThrow('timed out')
    },
  ],
  [
    'a broadcast collects the acks of all clients',
    async (setup) => {
      const harness = await Harness.start(setup)
      for (const name of ['a', 'b'])
        (await harness.pair()).client.on('who', (answer: (n: string) => void) => answer(name))
      const names = (await harness.io.timeout(20_000).emitWithAck('who')) as string[]
      expect(names.toSorted()).toEqual(['a', 'b'])
    },
  ],
  [
    'binary data works in both directions, nested in objects and in acks',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      socket.on('echo', (data: unknown, answer: (data: unknown) => void) => answer(data))
      const sent = { files: [new Uint8Array([1, 2, 255]).buffer, new Uint8Array([]).buffer], name: 'x' }
      const returned = (await client.emitWithAck('echo', sent)) as typeof sent
      expect([returned.name, ...returned.files.map(bytes)]).toEqual(['x', [1, 2, 255], []])
      const part = new Uint8Array([9, 8, 7, 6]).subarray(1, 3)
      expect(bytes(await client.emitWithAck('echo', part))).toEqual([8, 7])
      const down = nextEvent(client, 'down')
      socket.emit('down', part, 'text', part)
      const [first, text, second] = await down
      expect([bytes(first), text, bytes(second)]).toEqual([[8, 7], 'text', [8, 7]])
    },
  ],
  [
    'a change of received data does not reach the sender or other receivers',
    async (setup) => {
      const harness = await Harness.start(setup)
      const sent = { list: [1], file: new Uint8Array(100).fill(1) }
      const received: unknown[] = []
      for (const { client } of [await harness.pair(), await harness.pair()]) {
        client.on('down', ({ list, file }: { list: number[]; file: ArrayBuffer }) => {
          received.push([[...list], bytes(file).every((byte) => byte === 1)])
          list.push(2)
          ;(ArrayBuffer.isView(file) ? (file as unknown as Uint8Array) : new Uint8Array(file)).fill(0)
        })
      }
      harness.io.emit('down', sent)
      await expect
        .poll(() => received)
        .toEqual([
          [[1], true],
          [[1], true],
        ])
      expect([sent.list, sent.file.every((byte) => byte === 1)]).toEqual([[1], true])
    },
  ],
  [
    'many events arrive once and in order, in both directions',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      const order = Array.from({ length: 500 }, (_, index) => index)
      const up: number[] = []
      const down: number[] = []
      socket.on('up', (n: number) => up.push(n))
      client.on('down', (n: number) => down.push(n))
      for (const n of order) {
        client.emit('up', n)
        socket.emit('down', n)
      }
      await expect.poll(() => up.length + down.length).toBe(1_000)
      expect([up, down]).toEqual([order, order])
    },
  ],
  [
    'large events arrive, and an event over the size limit ends the connection',
    async (setup) => {
      const harness = await Harness.start(setup, { maxHttpBufferSize: 600_000 })
      const { client, socket } = await harness.pair({ reconnection: false })
      socket.on('size', (text: string, answer: (n: number) => void) => answer(text.length))
      expect(await client.emitWithAck('size', 'x'.repeat(500_000))).toBe(500_000)
      const [lostByServer, lostByClient] = [nextEvent(socket, 'disconnect'), nextEvent(client, 'disconnect')]
      client.emit('size', 'ä'.repeat(400_000))
      const [reason] = await lostByClient
      expect(['transport close', 'transport error']).toContain(reason)
      expect((await lostByServer)[0]).toMatch(/^transport (error|close)$/)
    },
  ],
  [
    'volatile events arrive while connected, and are dropped while disconnected',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      const received = collectEvents(socket, 'up')
      await expect.poll(() => client.io.engine.transport.writable).toBe(true)
      client.volatile.emit('up', 1)
      await expect.poll(() => received).toEqual([1])
      client.disconnect()
      client.volatile.emit('up', 2)
      const reconnected = nextEvent(client, 'connect')
      client.connect()
      await reconnected
      expect(client.sendBuffer).toEqual([])
      expect(received).toEqual([1])
    },
  ],
  [
    'a socket’s middleware refuses an event, and catch-all listeners receive the accepted ones',
    async (setup) => {
      const { client, socket } = await (await Harness.start(setup)).pair()
      const seen: string[] = []
      socket.use(([event], done) => done(event === 'bad' ? new Error('not that one') : undefined))
      socket.on('error', (error) => seen.push(error.message))
      socket.onAny((event: string) => seen.push(event))
      client.emit('bad')
      client.emit('good')
      await expect.poll(() => seen).toContain('good')
      expect(seen.filter((each) => each !== 'bad').toSorted()).toEqual(['good', 'not that one'])
    },
  ],
  [
    'an invalid packet ends the connection',
    async (setup) => {
      const harness = await Harness.start(setup)
      for (const packet of ['2["half', '9', '51-[{"_placeholder":true,"num":7}]', '2/nowhere,["x"]']) {
        const { client, socket } = await harness.pair({ reconnection: false })
        const [lostByServer, lostByClient] = [nextEvent(socket, 'disconnect'), nextEvent(client, 'disconnect')]
        client.io.engine.write(packet)
        if (packet.startsWith('5')) client.io.engine.write(new Uint8Array([1]).buffer)
        await Promise.all([lostByServer, lostByClient])
        expect(client.connected).toBe(false)
      }
    },
  ],
]
