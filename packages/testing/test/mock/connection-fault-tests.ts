import { expect, test, vi } from 'vitest'
import { collectEvents, nextEvent } from '../support/socket-events.ts'
import { connectedClient, startClient, startMock } from './start.ts'

/** Faults of whole connections: the same in Node, in jsdom and in a browser, and with every transport. */
export function testConnectionFaults(transports: string[]): void {
  const options = { transports }

  test('offline() breaks the connection on both sides and lets new ones fail, until online()', async () => {
    const server = await startMock()
    const left = vi.fn<(reason: string) => void>()
    server.io.on('connection', (socket) => socket.on('disconnect', left))
    const client = await connectedClient(options)
    const lost = nextEvent(client, 'disconnect')
    server.offline()
    expect((await lost)[0]).toMatch(/^transport (close|error)$/)
    await expect.poll(() => left.mock.calls.length).toBe(1)
    const failed = vi.fn<() => void>()
    client.io.on('reconnect_error', failed)
    await expect.poll(() => failed.mock.calls.length).toBeGreaterThan(1)
    const [error] = (await nextEvent(startClient(options), 'connect_error')) as [Error]
    expect(error.message).toMatch(/websocket error|xhr poll error/)

    server.online()
    await expect.poll(() => client.connected).toBe(true)
    expect(server.io.sockets.sockets.size).toBeGreaterThan(0)
  })

  test('kick() disconnects the matching clients in every namespace, and they get the reason', async () => {
    const server = await startMock()
    server.io.of('/admin')
    const [ann, bob] = [await connectedClient({ ...options, auth: { name: 'ann' } }), await connectedClient(options)]
    const admin = ann.io.socket('/admin', { auth: { name: 'ann' } })
    await nextEvent(admin, 'connect')
    const reasons = [nextEvent(ann, 'disconnect'), nextEvent(admin, 'disconnect')]
    server.kick(({ handshake }) => handshake.auth['name'] === 'ann')
    expect((await Promise.all(reasons)).map(([reason]) => reason)).toEqual([
      'io server disconnect',
      'io server disconnect',
    ])
    expect(bob.connected).toBe(true)
    server.kick()
    await expect.poll(() => bob.connected).toBe(false)
  })

  test('refuse() refuses every new connection with its data, until pass()', async () => {
    const server = await startMock()
    server.io.of('/admin')
    const connections = vi.fn<() => void>()
    server.io.on('connection', connections)
    server.refuse({ message: 'full', data: { code: 'FULL', after: 100 } })
    const client = startClient(options)
    const [error] = (await nextEvent(client, 'connect_error')) as [Error]
    expect(error).toMatchObject({ message: 'full', data: { code: 'FULL', after: 100 } })
    const [other] = (await nextEvent(client.io.socket('/admin'), 'connect_error')) as [Error]
    expect(other.message).toBe('full')
    expect(connections).not.toHaveBeenCalled()
    server.pass()
    client.connect()
    await expect.poll(() => client.connected).toBe(true)
  })

  test('expireToken() refuses the same credentials, accepts others, and keeps clients without credentials', async () => {
    const server = await startMock()
    const guest = await connectedClient(options)
    let token = 'old'
    const client = await connectedClient({ ...options, auth: (give) => give({ token }) })
    const refused = nextEvent(client, 'connect_error')
    server.expireToken()
    const [error] = (await refused) as [Error]
    expect(error).toMatchObject({ message: 'the token has expired', data: { code: 'TOKEN_EXPIRED' } })
    expect(guest.connected).toBe(true)
    token = 'new'
    client.connect()
    await expect.poll(() => client.connected).toBe(true)
  })

  test('expireToken() ignores what Socket.IO adds to the credentials to recover a connection', async () => {
    const server = await startMock({ options: { connectionStateRecovery: {} } })
    const guest = await connectedClient(options)
    const client = await connectedClient({ ...options, auth: { token: 'old' } })
    const news = [collectEvents(guest, 'news'), collectEvents(client, 'news')]
    server.io.emit('news', 1)
    await expect.poll(() => news).toEqual([[1], [1]])
    server.offline()
    await expect.poll(() => [guest.connected, client.connected]).toEqual([false, false])
    server.online()
    await expect.poll(() => [guest.recovered, client.recovered]).toEqual([true, true])
    const lost = vi.fn<() => void>()
    guest.on('disconnect', lost)
    const refused = nextEvent(client, 'connect_error')
    server.expireToken()
    expect((await refused)[0]).toMatchObject({ data: { code: 'TOKEN_EXPIRED' } })
    expect(lost).not.toHaveBeenCalled()
    // pass() accepts the same credentials again.
    server.pass()
    client.connect()
    await expect.poll(() => client.connected).toBe(true)
  })

  test('restart() cuts all clients, which reconnect with new sockets to the same handlers', async () => {
    const server = await startMock({ options: { connectionStateRecovery: {} } })
    const left = vi.fn<() => void>()
    server.io.on('connection', (socket) => {
      socket.emit('welcome', socket.id)
      socket.on('disconnect', left)
    })
    const client = await connectedClient(options)
    const first = client.id
    server.io.socketsJoin('x')
    const news = collectEvents(client, 'news')
    const welcomed = collectEvents(client, 'welcome')
    server.io.to('x').emit('news', 1)
    await expect.poll(() => news).toEqual([1])
    const lost = nextEvent(client, 'disconnect')
    await server.restart()
    expect(left).toHaveBeenCalledOnce()
    await lost
    expect(server.io.sockets.adapter.rooms.size).toBe(0)
    await expect.poll(() => client.connected).toBe(true)
    expect(client.id).not.toBe(first)
    expect(client.recovered).not.toBe(true)
    await expect.poll(() => welcomed.at(-1)).toBe(client.id)
    server.io.to('x').emit('news', 2)
    server.io.emit('news', 3)
    await expect.poll(() => news).toEqual([1, 3])
  })

  test('close() cuts the client and frees the address for the next server', async () => {
    const server = await startMock()
    const client = await connectedClient({ ...options, reconnection: false })
    const lost = nextEvent(client, 'disconnect')
    await server.close()
    await lost
    const next = await startMock()
    client.connect()
    await expect.poll(() => client.connected).toBe(true)
    expect(next.io.sockets.sockets.size).toBe(1)
  })
}
