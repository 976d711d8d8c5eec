import { expect } from 'vitest'
import { type Case, next, Play } from './stage.ts'

const bytes = (value: unknown): number[] => [...new Uint8Array(value as ArrayBuffer)]

export const eventCases: readonly Case[] = [
  [
    'events carry any number of arguments, both ways',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
      const toServer = next(socket as never, 'up')
      client.emit('up', 1, 'two', [3], { four: { five: null } }, undefined)
      expect(await toServer).toEqual([1, 'two', [3], { four: { five: null } }, null])
      const toClient = next(client, 'down')
      socket.emit('down')
      expect(await toClient).toEqual([])
      const odd = next(client, 'ä/,[ 5-2')
      socket.emit('ä/,[ 5-2', '51-["not a packet"]')
      expect(await odd).toEqual(['51-["not a packet"]'])
    },
  ],
  [
    'acks, both ways',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
      socket.on('sum', (a: number, b: number, answer: (...values: unknown[]) => void) => answer(a + b, 'and more'))
      client.on('double', (a: number, answer: (n: number) => void) => answer(a * 2))
      const values = await new Promise<unknown[]>((done) => client.emit('sum', 1, 2, (...all: unknown[]) => done(all)))
      expect(values).toEqual([3, 'and more'])
      expect(await socket.timeout(20_000).emitWithAck('double', 21)).toBe(42)
    },
  ],
  [
    'an ack that does not come is given up, on both sides',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
      await expect(client.timeout(20).emitWithAck('nobody')).rejects.toThrow('timed out')
      await expect(socket.timeout(20).emitWithAck('nobody')).rejects.toThrow('timed out')
    },
  ],
  [
    'acks of a broadcast',
    async (carrier) => {
      const play = await Play.open(carrier)
      for (const name of ['a', 'b']) (await play.pair()).client.on('who', (answer: (n: string) => void) => answer(name))
      const names = (await play.io.timeout(20_000).emitWithAck('who')) as string[]
      expect(names.toSorted()).toEqual(['a', 'b'])
    },
  ],
  [
    'binary, both ways, deep inside and in acks',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
      socket.on('echo', (data: unknown, answer: (data: unknown) => void) => answer(data))
      const sent = { files: [new Uint8Array([1, 2, 255]).buffer, new Uint8Array([]).buffer], name: 'x' }
      const back = (await client.emitWithAck('echo', sent)) as typeof sent
      expect([back.name, ...back.files.map(bytes)]).toEqual(['x', [1, 2, 255], []])
      const part = new Uint8Array([9, 8, 7, 6]).subarray(1, 3)
      expect(bytes(await client.emitWithAck('echo', part))).toEqual([8, 7])
      const down = next(client, 'down')
      socket.emit('down', part, 'text', part)
      const [first, text, second] = await down
      expect([bytes(first), text, bytes(second)]).toEqual([[8, 7], 'text', [8, 7]])
    },
  ],
  [
    'what a receiver does to data is seen by nobody else',
    async (carrier) => {
      const play = await Play.open(carrier)
      const sent = { list: [1], file: new Uint8Array(100).fill(1) }
      const seen: unknown[] = []
      for (const { client } of [await play.pair(), await play.pair()]) {
        client.on('down', ({ list, file }: { list: number[]; file: ArrayBuffer }) => {
          seen.push([[...list], bytes(file).every((byte) => byte === 1)])
          list.push(2)
          ;(ArrayBuffer.isView(file) ? (file as unknown as Uint8Array) : new Uint8Array(file)).fill(0)
        })
      }
      play.io.emit('down', sent)
      await expect
        .poll(() => seen)
        .toEqual([
          [[1], true],
          [[1], true],
        ])
      expect([sent.list, sent.file.every((byte) => byte === 1)]).toEqual([[1], true])
    },
  ],
  [
    'many events arrive once and in order, both ways',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
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
    'large events arrive, and one that is too large ends the connection',
    async (carrier) => {
      const play = await Play.open(carrier, { maxHttpBufferSize: 600_000 })
      const { client, socket } = await play.pair({ reconnection: false })
      socket.on('size', (text: string, answer: (n: number) => void) => answer(text.length))
      expect(await client.emitWithAck('size', 'x'.repeat(500_000))).toBe(500_000)
      const [gone, lost] = [next(socket as never, 'disconnect'), next(client, 'disconnect')]
      client.emit('size', 'ä'.repeat(400_000))
      const [reason] = await lost
      expect(['transport close', 'transport error']).toContain(reason)
      expect((await gone)[0]).toMatch(/^transport (error|close)$/)
    },
  ],
  [
    'volatile events arrive where there is a connection, and are not kept where there is none',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
      const heard: unknown[] = []
      socket.on('up', (n) => heard.push(n))
      await expect.poll(() => client.io.engine.transport.writable).toBe(true)
      client.volatile.emit('up', 1)
      await expect.poll(() => heard).toEqual([1])
      client.disconnect()
      client.volatile.emit('up', 2)
      const again = new Promise<void>((done) => void client.once('connect', done))
      client.connect()
      await again
      expect(client.sendBuffer).toEqual([])
      expect(heard).toEqual([1])
    },
  ],
  [
    'middleware of a socket refuses an event, and catch-all listeners see those that pass',
    async (carrier) => {
      const { client, socket } = await (await Play.open(carrier)).pair()
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
    'garbage ends the connection',
    async (carrier) => {
      const play = await Play.open(carrier)
      for (const garbage of ['2["half', '9', '51-[{"_placeholder":true,"num":7}]', '2/nowhere,["x"]']) {
        const { client, socket } = await play.pair({ reconnection: false })
        const [gone, lost] = [next(socket as never, 'disconnect'), next(client, 'disconnect')]
        client.io.engine.write(garbage)
        if (garbage.startsWith('5')) client.io.engine.write(new Uint8Array([1]).buffer)
        await Promise.all([gone, lost])
        expect(client.connected).toBe(false)
      }
    },
  ],
]
