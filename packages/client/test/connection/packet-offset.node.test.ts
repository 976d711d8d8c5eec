import { describe, expect, test } from 'vitest'
import { withoutOffset } from '../../src/transport/packet-offset.ts'
import { eventually } from '../support/eventually.ts'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const now = Date.UTC(2026, 10, 29)

describe('DS14 the offset of connection state recovery', () => {
  test.each([
    ['of the in-memory adapter', 'Q8acVW0'],
    ['of the in-memory adapter, with a counter', 'Q8acVW0.1a'],
    ['of Redis streams', `${now - 5_000}-0`],
    ['of MongoDB', `${Math.floor(now / 1_000).toString(16)}0123456789abcdef`],
  ])('%s is not among the arguments', (_what, offset) => {
    expect(withoutOffset(['general', 'hi', offset], now)).toEqual(['general', 'hi'])
  })
  test.each([
    ['Charlie'],
    ['Quentin'],
    ['Q8acVW'],
    ['1234567890123-0'],
    ['f'.repeat(24)],
    [''],
    ['hello there'],
    [7],
    [null],
  ])('%j is an argument of the app', (value) => {
    expect(withoutOffset([value], now)).toEqual([value])
  })
  test('is not handed to listeners, and the connection recovers with it', async () => {
    const { url, io } = await startServer({
      options: { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } },
      configure: (server) => server.on('connection', (socket) => socket.emit('welcome')),
    })
    const client = startClient(url, { socket: { transports: ['websocket'] } })
    const heard: unknown[][] = []
    for (const event of ['welcome', 'news', 'name'])
      client.on(event, (...args: unknown[]) => heard.push([event, ...args]))
    await client.connect()
    io.emit('news', 'general', 'hi')
    await eventually(() => expect(heard).toEqual([['welcome'], ['news', 'general', 'hi']]))
    io.sockets.sockets.forEach((socket) => socket.conn.close())
    await until(client, 'reconnecting')
    io.emit('news', 'missed')
    await eventually(() => expect(heard).toContainEqual(['news', 'missed']))
    expect(client.connection.getState()).toMatchObject({ status: 'connected', recovered: true })
    io.volatile.emit('name', 'Charlie')
    await eventually(() => expect(heard.at(-1)).toEqual(['name', 'Charlie']))
  })
})
