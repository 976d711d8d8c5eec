import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { refuse } from '../src/index.ts'
import { chat } from './support/chat.ts'
import { startRooms } from './support/start-rooms.ts'

describe('connection state recovery', () => {
  test('SEC21 a connection that Socket.IO recovers without middlewares is authenticated, and is in no room', async () => {
    let revoked = false
    const { io, connect } = await startRooms(
      {
        contract: chat,
        authenticate: () => {
          if (revoked) throw refuse('REVOKED')
          return { id: 'ann' }
        },
      },
      { connectionStateRecovery: {} },
    )
    const ann = await connect()
    const bob = await connect()
    await ann.join('general')
    await bob.join('general')
    io.emit('news', 'x') // gives the client an offset to recover from
    await expect.poll(() => ann.of('news').length).toBe(1)

    ann.socket.io.engine.close()
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    await bob.publish('general', [{ n: 1, event: 'message', data: { text: 'secret' } }])
    ann.socket.connect()
    await expect.poll(() => ann.of(wire.hello).length).toBe(2)
    expect(ann.socket.recovered).toBe(true)
    expect(ann.of('message')).toEqual([])
    expect(await ann.publish('general', [{ n: 1, event: 'message', data: { text: 'hi' } }])).toMatchObject({
      code: 'NOT_MEMBER',
    })

    revoked = true
    ann.socket.io.engine.close()
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    const gone = new Promise((resolve) => ann.socket.once('disconnect', resolve))
    ann.socket.connect()
    expect(await gone).toBe('io server disconnect')
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    expect(ann.of(wire.hello).length).toBe(2)
  })

  test('SEC21 a recovered connection whose authenticate fails with a passing code loses its transport only, and reconnects', async () => {
    let failures = 0
    const { io, connect, errors } = await startRooms(
      {
        contract: chat,
        authenticate: () => {
          if (failures-- > 0) throw new Error('the database is away')
          return { id: 'ann' }
        },
      },
      { connectionStateRecovery: {} },
    )
    const ann = await connect()
    io.emit('news', 'x') // gives the client an offset to recover from
    await expect.poll(() => ann.of('news').length).toBe(1)
    const reasons: string[] = []
    ann.socket.on('disconnect', (reason) => reasons.push(reason))
    ann.socket.io.reconnection(true).reconnectionDelay(10)

    failures = 1
    for (const socket of io.sockets.sockets.values()) socket.conn.close()
    await expect.poll(() => ann.of(wire.hello).length, { timeout: 10_000 }).toBe(2)
    expect(reasons).toEqual(['transport close', 'transport close'])
    expect(errors).toEqual([{ error: expect.any(Error), context: { during: 'authenticate' } }])
    expect(await ann.join('general')).toMatchObject({ ok: true })
  })
})
