import type { MockServer, Packet } from '@roomful/testing'
import { expect, test, vi } from 'vitest'
import { collectEvents, nextEvent } from '../support/socket-events.ts'
import { connectedClient, startMock, useFakeTimers } from './start.ts'

type Answer = (value?: unknown) => void

function newsFromClients(server: MockServer): unknown[] {
  const received: unknown[] = []
  for (const socket of server.io.sockets.sockets.values()) socket.on('news', (data) => received.push(data))
  return received
}

/** Faults of single packets: the same in Node, in jsdom and in a browser. */
export function testPacketFaults(): void {
  test('dropNext() discards the next event and no other', async () => {
    const server = await startMock()
    const ordered = vi.fn<(what: string) => void>()
    server.io.on('connection', (socket) => socket.on('order', ordered))
    const client = await connectedClient()
    server.dropNext()
    for (const what of ['tea', 'milk']) client.emit('order', what)
    await expect.poll(() => ordered.mock.calls).toEqual([['milk']])
    expect(server.emitted.map(({ data }) => data)).toEqual(['tea', 'milk'])
  })

  test('dropNext() takes an event name or a function of the packet', async () => {
    const server = await startMock()
    const client = await connectedClient({ auth: { name: 'ann' } })
    const received = collectEvents(client, 'news')
    const seen: Packet[] = []
    server.dropNext('news')
    server.dropNext((packet) => {
      seen.push(packet)
      return packet.direction === 'toClient' && (packet.data as { n: number }).n === 3
    })
    for (const n of [1, 2, 3, 4]) server.io.emit('news', { n }, 'more')
    await expect.poll(() => received).toEqual([{ n: 2 }, { n: 4 }])
    expect(seen.map(({ args }) => args)).toEqual([
      [{ n: 2 }, 'more'],
      [{ n: 3 }, 'more'],
    ])
    expect(seen[0]).toMatchObject({ type: 'event', event: 'news', namespace: '/', auth: { name: 'ann' } })
  })

  test('dropNext() discards an ack of the server, after its handler has run', async () => {
    const server = await startMock()
    const ordered = vi.fn<(what: string, answer: Answer) => void>((_, answer) => answer('done'))
    server.io.on('connection', (socket) => socket.on('order', ordered))
    const client = await connectedClient()
    server.dropNext(({ type, event }) => type === 'ack' && event === 'order')
    await expect(client.timeout(50).emitWithAck('order', 'tea')).rejects.toThrow('timed out')
    expect(ordered).toHaveBeenCalledOnce()
    expect(await client.emitWithAck('order', 'milk')).toBe('done')
  })

  test('dropNext() discards an ack of a client', async () => {
    const server = await startMock()
    const client = await connectedClient()
    client.on('ready?', (answer: Answer) => answer('yes'))
    server.dropNext(({ type, event, direction }) => type === 'ack' && event === 'ready?' && direction === 'toServer')
    await expect(server.io.timeout(50).emitWithAck('ready?')).rejects.toThrow('timed out')
    expect(await server.io.timeout(20_000).emitWithAck('ready?')).toEqual(['yes'])
  })

  test('dropNext() discards a packet together with its binary attachments', async () => {
    const server = await startMock()
    const files: unknown[] = []
    server.io.on('connection', (socket) =>
      socket.on('file', (file: ArrayBuffer) => files.push([...new Uint8Array(file)])),
    )
    const client = await connectedClient()
    server.dropNext(({ data }) => ArrayBuffer.isView(data) || data instanceof ArrayBuffer)
    client.emit('file', new Uint8Array([1, 2]).buffer, new Uint8Array([3]).buffer)
    client.emit('file', new Uint8Array([4, 5]).buffer)
    await expect.poll(() => files).toEqual([[4, 5]])
  })

  test('duplicateNext() delivers an event twice; the client uses only the first of the two acks', async () => {
    const server = await startMock()
    const ordered = vi.fn<(what: string, answer: Answer) => void>((_, answer) => answer('done'))
    server.io.on('connection', (socket) => socket.on('order', ordered))
    const client = await connectedClient()
    const answered = vi.fn<Answer>()
    server.duplicateNext('order')
    client.emit('order', 'tea', answered)
    client.emit('order', 'milk', answered)
    await expect.poll(() => ordered.mock.calls.map(([what]) => what)).toEqual(['tea', 'tea', 'milk'])
    await expect.poll(() => answered.mock.calls).toEqual([['done'], ['done']])
    expect(server.emitted).toHaveLength(2)
  })

  test('reorder() shuffles the next events of one client, in an order that the seed decides', async () => {
    const orderWith = async (seed: number): Promise<unknown[]> => {
      const server = await startMock({ seed })
      const client = await connectedClient()
      const received = collectEvents(client, 'news')
      server.reorder({ count: 5, filter: 'news' })
      for (const n of [1, 2, 3, 4, 5, 6]) server.io.emit('news', n)
      await expect.poll(() => received.length).toBe(6)
      client.disconnect()
      await server.close()
      return received
    }
    const [one, again, another] = [await orderWith(7), await orderWith(7), await orderWith(8)]
    expect(one).toEqual(again)
    expect(one).not.toEqual(another)
    expect(one.at(-1)).toBe(6)
    expect(new Set(one)).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    expect(one.filter((n, index) => n === index + 1)).toEqual([6])
  })

  test('reorder() affects one client and one direction only', async () => {
    const server = await startMock()
    const [ann, bob] = [await connectedClient(), await connectedClient()]
    const [toServer, ...toClients] = [newsFromClients(server), collectEvents(ann, 'news'), collectEvents(bob, 'news')]
    server.reorder({ filter: 'news' })
    server.io.emit('news', 1)
    ann.emit('news', 'up')
    await expect.poll(() => toServer).toEqual(['up'])
    server.io.emit('news', 2)
    await expect.poll(() => toClients.flat().length).toBe(4)
    expect(toClients.map((list) => list.join(''))).toEqual(['21', '12'])
  })

  test('reorder() delivers the held events after withinMs or by pass() if the rest does not come', async () => {
    useFakeTimers()
    const server = await startMock()
    const client = await connectedClient()
    const received = collectEvents(client, 'news')
    server.reorder({ count: 3, withinMs: 500 })
    server.io.emit('news', 1)
    await vi.advanceTimersByTimeAsync(499)
    expect(received).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(received).toEqual([1])

    server.reorder({ count: 3 })
    server.io.emit('news', 2)
    server.pass()
    await vi.advanceTimersByTimeAsync(0)
    server.io.emit('news', 3)
    await vi.advanceTimersByTimeAsync(0)
    expect(received).toEqual([1, 2, 3])
  })

  test('delay() delays packets in both directions and in order, but not heartbeats', async () => {
    useFakeTimers()
    const server = await startMock({ options: { pingInterval: 1_000, pingTimeout: 500 } })
    server.io.on('connection', (socket) => socket.on('order', (what: unknown, answer: Answer) => answer(what)))
    const client = await connectedClient()
    server.delay(3_000)
    const answers: unknown[] = []
    for (const what of ['tea', 'milk']) client.emit('order', what, (answer: unknown) => answers.push(answer))
    await vi.advanceTimersByTimeAsync(5_999)
    expect(answers).toEqual([])
    server.delay(0)
    client.emit('order', 'late', (answer: unknown) => answers.push(answer))
    await vi.advanceTimersByTimeAsync(1)
    expect(answers).toEqual(['tea', 'milk', 'late'])
    expect(client.connected).toBe(true)
  })

  test('delayed packets are lost when the connection breaks', async () => {
    useFakeTimers()
    const server = await startMock()
    const [ordered, left] = [vi.fn<() => void>(), vi.fn<() => void>()]
    server.io.on('connection', (socket) => socket.on('order', ordered).on('disconnect', left))
    const client = await connectedClient({ reconnection: false })
    const received = collectEvents(client, 'news')
    server.delay(300)
    server.io.emit('news', 'lost')
    client.emit('order', 'lost too')
    await vi.advanceTimersByTimeAsync(10)
    expect(server.emitted).toHaveLength(1)
    const lost = nextEvent(client, 'disconnect')
    server.offline()
    await lost
    await vi.advanceTimersByTimeAsync(0)
    expect(left).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(1_000)
    expect([ordered.mock.calls, received]).toEqual([[], []])
  })

  test.each([
    ['delay(0)', (server: MockServer) => server.delay(0)],
    ['pass()', (server: MockServer) => server.pass()],
  ])('%s delivers delayed packets in order and ends the delay', async (_, end) => {
    const server = await startMock()
    const received: unknown[] = []
    server.io.on('connection', (socket) => socket.on('order', (what) => received.push(what)))
    const client = await connectedClient()
    server.delay(60_000)
    client.emit('order', 'tea')
    client.emit('order', 'milk')
    await expect.poll(() => server.emitted.length).toBe(2)
    expect(received).toEqual([])
    end(server)
    client.emit('order', 'late')
    await expect.poll(() => received).toEqual(['tea', 'milk', 'late'])
  })

  test.each([
    ['offline()', async (server: MockServer) => server.offline()],
    ['restart()', (server: MockServer) => server.restart()],
  ])('the server learns of a delayed disconnect when %s cuts the connection', async (_, cut) => {
    const server = await startMock()
    const left = vi.fn<() => void>()
    const connections: { readonly readyState: string }[] = []
    server.io.on('connection', (socket) => connections.push(socket.on('disconnect', left).conn))
    const client = await connectedClient()
    server.delay(60_000)
    client.disconnect()
    await expect.poll(() => connections.map(({ readyState }) => readyState)).toEqual(['closed'])
    expect(left).not.toHaveBeenCalled()
    await cut(server)
    await expect.poll(() => left.mock.calls.length).toBe(1)
    expect(server.io.sockets.sockets.size).toBe(0)
  })

  test('a client that the server disconnects first receives the delayed events', async () => {
    const server = await startMock()
    const client = await connectedClient()
    const received = collectEvents(client, 'bye')
    server.delay(30)
    server.io.emit('bye', 'see you')
    server.kick()
    await expect.poll(() => client.connected).toBe(false)
    expect(received).toEqual(['see you'])
  })
}
