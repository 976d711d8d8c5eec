import { plainRooms } from '@roomful/client'
import { createProxy } from '@roomful/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** A plain server that keeps what it receives. `admit` answers the joins. */
async function startNoting(admit: (room: string, ack: () => void) => void = (_room, ack) => ack()) {
  const received: string[] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.onAny((event: string, data: unknown) => {
          received.push(event === 'join' ? `join ${(data as { room: string }).room}` : `${event} ${String(data)}`)
        })
        socket.on('join', ({ room }: { room: string }, ack: () => void) => admit(room, ack))
      }),
  })
  return { server, received }
}

describe('EM2 queued emits', () => {
  test('are sent after the joins, on the first connect and after each outage', async () => {
    const { server, received } = await startNoting()
    const client = startClient(server.url, { rooms: plainRooms({ acks: true }) })
    client.emit('early', 1)
    void client.join('a')
    void client.join('b')
    client.emit('early', 2)
    await eventually(() => expect(received).toEqual(['join a', 'join b', 'early 1', 'early 2']))

    received.length = 0
    await server.close()
    await until(client, 'reconnecting')
    client.emit('late', 1)
    await server.restart()
    client.emit('late', 2)
    await eventually(() => expect(received).toEqual(['join a', 'join b', 'late 1', 'late 2']))
  })

  test('wait for a room without an answer no longer than its join may take', async () => {
    const { server, received } = await startNoting((room, ack) => {
      if (room !== 'hangs') ack()
    })
    const client = startClient(server.url, { rooms: plainRooms(), joinTimeoutMs: 100 })
    void client.join('hangs')
    void client.join('fine')
    client.emit('waits', 1)
    await eventually(() => expect(received).toEqual(['join hangs', 'join fine', 'waits 1']))
    // The queue is open now.
    client.emit('now', 2)
    await eventually(() => expect(received).toHaveLength(4))
  })

  test('do not wait for a room that was refused', async () => {
    const { server, received } = await startNoting()
    const client = startClient(server.url, {
      rooms: plainRooms({ acks: true, refusalOf: () => ({ code: 'FORBIDDEN' }) }),
    })
    void client.join('forbidden')
    client.emit('waits', 1)
    await eventually(() => expect(received).toEqual(['join forbidden', 'waits 1']))
    expect(client.room('forbidden').status).toBe('failed')
  })

  test('wait for the joins of the new connection, not for one that an outage cut off', async () => {
    const held: (() => void)[] = []
    const { server, received } = await startNoting((_room, ack) => void held.push(ack))
    const client = startClient(server.url, { rooms: plainRooms({ acks: true }), joinTimeoutMs: 3_600_000 })
    void client.join('a')
    await eventually(() => expect(held).toHaveLength(1))
    await server.restart()
    await eventually(() => expect(held).toHaveLength(2))
    client.emit('waits', 1)
    client.volatile.emit('passes', 2)
    await eventually(() => expect(received).toEqual(['join a', 'join a', 'passes 2']))
    held[1]?.()
    await eventually(() => expect(received).toEqual(['join a', 'join a', 'passes 2', 'waits 1']))
  })

  test('keep their order with an emit in a listener of the connected state', async () => {
    const { server, received } = await startNoting()
    const client = startClient(server.url, { rooms: plainRooms() })
    client.connection.subscribe(({ status }) => {
      if (status === 'connected') client.emit('seen', 2)
    })
    client.emit('waiting', 1)
    await client.connect()
    client.emit('after', 3)
    await eventually(() => expect(received).toEqual(['waiting 1', 'seen 2', 'after 3']))
  })
})

describe('EM1 order', () => {
  test('is kept through many outages', async () => {
    const { server, received } = await startNoting()
    const proxy = await createProxy({ target: { port: server.port } })
    onTestFinished(() => proxy.close())
    // Over polling a cut between two polls would not be noticed, and be no loss.
    const client = startClient(proxy.url, { rooms: plainRooms(), socket: { transports: ['websocket'] } })
    let n = 0
    const arrived = (): Promise<void> => eventually(() => expect(received.at(-1)).toBe(`n ${n}`))
    for (let round = 0; round < 10; round += 1) {
      client.emit('n', ++n)
      await client.connect()
      client.emit('n', ++n)
      await arrived()
      client.emit('n', ++n)
      proxy.cut()
      client.emit('n', ++n)
      await until(client, 'reconnecting')
      client.emit('n', ++n)
    }
    await arrived()
    // A cut may lose what was on its way; what arrives is in order, once.
    const numbers = received.map((line) => Number(line.slice(2)))
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
    // Of each round, those that were seen to arrive, and the one that waited for the next connection.
    expect(numbers.length).toBeGreaterThanOrEqual(30)
  })
})

describe('EM3 a volatile emit', () => {
  test('is dropped and shown to `inspect` while the connection is congested', async () => {
    const { server, received } = await startNoting()
    const { ofType, inspect } = recordInspect()
    const client = startClient(server.url, { rooms: plainRooms(), inspect, socket: { transports: ['websocket'] } })
    await client.connect()
    for (let n = 0; n < 500; n += 1) client.volatile.emit('cursor', n)
    client.emit('end')
    await eventually(() => expect(received.at(-1)).toBe('end undefined'))
    const dropped = ofType('drop')
    expect(dropped.length).toBeGreaterThan(0)
    expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(['volatile, and the connection is congested']))
    expect(received.length - 1 + dropped.length).toBe(500)
    // The first ones were sent: none was sent later than others.
    expect(received.slice(0, -1)).toEqual(received.slice(0, -1).map((_line, n) => `cursor ${n}`))
  })

  test('is dropped while not connected, and not sent later', async () => {
    const { server, received } = await startNoting()
    const { ofType, inspect } = recordInspect()
    const client = startClient(server.url, { rooms: plainRooms(), inspect })
    await client.connect()
    await server.close()
    client.volatile.emit('cursor', 'the close was not noticed yet')
    await until(client, 'reconnecting')
    client.volatile.emit('cursor', 'away')
    client.disconnect()
    client.volatile.emit('cursor', 'stopped')
    await server.restart()
    await client.connect()
    client.emit('end')
    await eventually(() => expect(received).toEqual(['end undefined']))
    expect(
      ofType('drop')
        .map(({ reason }) => reason)
        .slice(-2),
    ).toEqual(['volatile, and not connected', 'volatile, and not connected'])
  })

  test('throws for a reserved name and for data that cannot be encoded', async () => {
    const { server } = await startNoting()
    const client = startClient(server.url, { rooms: plainRooms() })
    await client.connect()
    expect(() => client.volatile.emit('cursor', 1n)).toThrow('the data of "cursor" cannot be encoded')
    expect(() => client.volatile.emit('connect')).toThrow('reserved')
  })
})
