import { type AuthAnswer, type Hello, type Refused, wire } from '@roomful/contract/protocol'
import { describe, expect, test, vi } from 'vitest'
import { createRooms, type Handshake, identity, refuse } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, clientOf, connectRaw, gate, startRooms, texts } from './support/start-rooms.ts'

/** The user, the role and the end that a client names in `auth`, unchecked. */
function believeAll(handshake: Handshake) {
  const { role = 'member', lifeMs } = handshake.auth as { role?: string; lifeMs?: number }
  const expiresAt = lifeMs === undefined ? undefined : Date.now() + lifeMs
  return identity(believe(handshake), { claims: { role }, expiresAt })
}

const askAuth = (client: Awaited<ReturnType<typeof clientOf>>, auth: object) =>
  client.ask<AuthAnswer | Refused>(wire.auth, { auth })

describe('claims', () => {
  test('reach authorize and handlers, and no client', async () => {
    const seen: unknown[] = []
    const { rooms, connect } = await startRooms({
      contract: chat,
      authenticate: believeAll,
      authorize: {
        join: ({ claims }) => seen.push(['join', claims.role]) > 0,
        emit: ({ claims }) => seen.push(['emit', claims.role]) > 0,
      },
    })
    rooms.handle('message', ({ claims }) => void seen.push(['handler', claims.role]))
    const ann = await connect({ id: 'ann', role: 'SECRET' })
    const bob = await connect({ id: 'bob' })
    await ann.join('general')
    await bob.join('general')
    await ann.publish('general', [{ n: 1, event: 'message', data: { text: 'hi' } }])
    await expect.poll(() => bob.of('message').length).toBe(1)
    expect(seen).toEqual([
      ['join', 'SECRET'],
      ['join', 'member'],
      ['emit', 'SECRET'],
      ['handler', 'SECRET'],
    ])
    expect(JSON.stringify([ann.heard, bob.heard])).not.toContain('SECRET')
  })

  test('are undefined for a user without them', async () => {
    const seen: unknown[] = []
    const { connect } = await startRooms({
      contract: chat,
      authenticate: believe,
      authorize: { join: ({ claims }) => seen.push(claims) > 0 },
    })
    await (await connect()).join('general')
    expect(seen).toEqual([undefined])
  })
})

describe('authenticate', () => {
  test('gets the socket and the request of the handshake', async () => {
    const { io, url } = await startRooms({ contract: guestChat })
    io.engine.use((request: { session?: object }, _response: unknown, next: () => void) => {
      request.session = { user: 'ann' }
      next()
    })
    const { session, data } = await new Promise<{ session: unknown; data: unknown }>((resolve) => {
      io.of('/chat').use((socket, next) => {
        socket.data.tenant = 'acme'
        next()
      })
      createRooms(io.of('/chat'), {
        contract: chat,
        authenticate: ({ socket, request }) => {
          resolve({ session: (request as { session?: object }).session, data: socket.data })
          return { id: 'ann' }
        },
      })
      connectRaw(`${url}/chat`)
    })
    expect(session).toEqual({ user: 'ann' })
    expect(data).toEqual({ tenant: 'acme' })
  })

  test.each([
    ['jose', { name: 'JWTExpired', code: 'ERR_JWT_EXPIRED' }],
    ['jose', { name: 'JWSSignatureVerificationFailed', code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }],
    ['jose', { name: 'JWKSNoMatchingKey', code: 'ERR_JWKS_NO_MATCHING_KEY' }],
    ['jsonwebtoken', { name: 'TokenExpiredError', message: 'jwt expired' }],
    ['jsonwebtoken', { name: 'JsonWebTokenError', message: 'invalid signature' }],
    ['jsonwebtoken', { name: 'NotBeforeError', message: 'jwt not active' }],
  ])('an error of %s about the token is UNAUTHORIZED, and is not reported: %j', async (_, shape) => {
    const { url, errors } = await startRooms({
      contract: chat,
      authenticate: () => {
        throw Object.assign(new Error('x'), shape)
      },
    })
    const refused = await new Promise((resolve) => connectRaw(url).on('connect_error', resolve))
    expect(refused).toMatchObject({ data: { code: 'UNAUTHORIZED' } })
    expect(errors).toEqual([])
  })

  test.each([
    { name: 'JWKSTimeout', code: 'ERR_JWKS_TIMEOUT' },
    { name: 'JOSEError', code: 'ERR_JOSE_GENERIC' },
    { name: 'JsonWebTokenError', message: 'secret or public key must be provided' },
  ])('an error about the keys of the server is UNAVAILABLE, and is reported: %j', async (shape) => {
    const { url, errors } = await startRooms({
      contract: chat,
      authenticate: () => {
        throw Object.assign(new Error('x'), shape)
      },
    })
    const refused = await new Promise((resolve) => connectRaw(url).on('connect_error', resolve))
    expect(refused).toMatchObject({ data: { code: 'UNAVAILABLE' } })
    expect(errors).toHaveLength(1)
  })

  test('credentials that have ended already are UNAUTHORIZED', async () => {
    const { url } = await startRooms({ contract: chat, authenticate: believeAll })
    const refused = await new Promise((resolve) => connectRaw(url, { lifeMs: -1 }).on('connect_error', resolve))
    expect(refused).toMatchObject({ message: 'the credentials have expired', data: { code: 'UNAUTHORIZED' } })
  })

  test.each([1_700_000_000, Number.NaN, Infinity, '2030'])(
    'an expiresAt that is no time in milliseconds is refused: %s',
    (expiresAt) => {
      expect(() => identity({ id: 'ann' }, { expiresAt: expiresAt as number })).toThrow(
        /expiresAt must be milliseconds since 1970 \(the exp of a JWT is in seconds: exp \* 1000\)/,
      )
    },
  )
})

describe('SEC22 credentials that end', () => {
  test('$hello says when, and at that time the connection ends with $bye UNAUTHORIZED', async () => {
    const { connect, rooms, io } = await startRooms({ contract: chat, authenticate: believeAll })
    const ann = await connect({ id: 'ann', lifeMs: 300 })
    const bob = await connect({ id: 'bob' })
    await ann.join('general')
    await bob.join('general')
    const hello = await ann.hello()
    expect(hello.expiresAt! - hello.now).toBeGreaterThan(250)
    expect(hello.capabilities).toContain('auth')
    expect((await bob.hello()).expiresAt).toBeUndefined()
    await expect
      .poll(() => ann.of(wire.bye))
      .toEqual([[{ code: 'UNAUTHORIZED', message: 'the credentials have expired' }]])
    const saidAt = Date.now()
    expect(saidAt - hello.expiresAt!).toBeLessThan(1_000)
    await expect.poll(() => io.sockets.sockets.size).toBe(1)
    await rooms.to('general').emit('bell')
    await expect.poll(() => bob.of('bell').length).toBe(1)
    expect(ann.of('bell')).toEqual([])
    // The user may come back: the others do not see a change.
    expect(bob.of(wire.members).filter(([delta]) => (delta as { gone?: unknown }).gone)).toEqual([])
  })

  test('a request after the end is refused, also where the timer is late', async () => {
    const { connect, rooms } = await startRooms({ contract: chat, authenticate: believeAll })
    const stored: unknown[] = []
    rooms.handle('message', ({ data }) => void stored.push(data.text))
    const ann = await connect({ id: 'ann', lifeMs: 3_600_000 })
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['before']))
    const now = Date.now()
    ann.socket.emit(wire.publish, { room: 'general', epoch, cid: cidOf('a'), items: texts(['after'], 2) })
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now + 3_600_001) // set forward before the packet arrives
    await expect.poll(() => ann.of(wire.bye)).toMatchObject([[{ code: 'UNAUTHORIZED' }]])
    clock.mockRestore()
    expect(stored).toEqual(['before'])
  })

  test('an end beyond the longest timer ends nothing now', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believeAll })
    const ann = await connect({ lifeMs: 2 ** 40 })
    await ann.join('general')
    expect(ann.of(wire.bye)).toEqual([])
  })
})

describe('$auth', () => {
  test('gives the connection other claims and another end', async () => {
    const seen: string[] = []
    const { connect } = await startRooms({
      contract: chat,
      authenticate: believeAll,
      authorize: { join: ({ claims }) => seen.push(claims.role) > 0 },
    })
    const ann = await connect({ id: 'ann', lifeMs: 400 })
    await ann.join('general')
    const answer = await askAuth(ann, { id: 'ann', role: 'admin', lifeMs: 60_000 })
    expect(answer).toEqual({ ok: true, now: expect.any(Number), expiresAt: expect.any(Number) })
    await expect.poll(() => seen).toEqual(['member', 'admin'])
    await new Promise((resolve) => setTimeout(resolve, 500)) // beyond the first end
    expect(ann.of(wire.bye)).toEqual([])
    expect(await ann.join('other')).toMatchObject({ ok: true })
    expect(seen.at(-1)).toBe('admin')
  })

  test('SEC33 refuses the credentials of another user, and the connection keeps its own', async () => {
    const { io, rooms, connect } = await startRooms({ contract: chat, authenticate: believeAll })
    const ann = await connect({ id: 'ann' })
    await connect({ id: 'bob' })
    const refused = { ok: false, code: 'FORBIDDEN', message: 'these are the credentials of another user' }
    expect(await askAuth(ann, { id: 'bob', role: 'admin' })).toEqual(refused)
    const [socket] = io.sockets.sockets.values()
    expect(rooms.userOf(socket!)).toMatchObject({ id: 'ann' })
    expect(await ann.join('general')).toMatchObject({ ok: true })
  })

  test('SEC33 refuses a user on a connection without one, and the other way round', async () => {
    const { connect } = await startRooms({
      contract: chat,
      authenticate: (handshake) => (handshake.auth['id'] === undefined ? undefined : believe(handshake)),
    })
    expect(await askAuth(await connect({}), { id: 'ann' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await askAuth(await connect({ id: 'ann' }), {})).toMatchObject({ code: 'FORBIDDEN' })
    expect(await askAuth(await connect({}), {})).toEqual({ ok: true, now: expect.any(Number) })
  })

  test('S21 what authenticate refuses is answered, and the connection goes on', async () => {
    const { connect, errors } = await startRooms({
      contract: chat,
      authenticate: (handshake) => {
        const { token } = handshake.auth
        if (token === 'revoked') throw refuse('REVOKED', 'that token was revoked')
        if (token === 'expired') throw Object.assign(new Error('jwt expired'), { name: 'TokenExpiredError' })
        if (token === 'broken') throw new Error('the database is away')
        return believe(handshake)
      },
    })
    const ann = await connect({ id: 'ann' })
    expect(await askAuth(ann, { token: 'revoked' })).toMatchObject({ ok: false, code: 'REVOKED' })
    expect(await askAuth(ann, { token: 'expired' })).toMatchObject({ ok: false, code: 'UNAUTHORIZED' })
    expect(await askAuth(ann, { token: 'broken' })).toMatchObject({ ok: false, code: 'UNAVAILABLE' })
    for (const auth of [undefined, null, 7, 'x', []])
      expect(await ann.ask(wire.auth, { auth })).toMatchObject({ ok: false, code: 'SHAPE' })
    expect(errors).toHaveLength(1)
    expect(await ann.join('general')).toMatchObject({ ok: true })
  })

  test('a room that is refused now ends for the connection', async () => {
    const { connect, rooms } = await startRooms({
      contract: chat,
      authenticate: believeAll,
      authorize: { join: ({ room, claims }) => room !== 'staff' || claims.role === 'staff' },
    })
    const ann = await connect({ id: 'ann', role: 'staff' })
    const bob = await connect({ id: 'bob', role: 'staff' })
    for (const room of ['general', 'staff']) await ann.join(room)
    await bob.join('staff')
    expect(await askAuth(ann, { id: 'ann', role: 'guest' })).toEqual({ ok: true, now: expect.any(Number) })
    await expect
      .poll(async () => await ann.publish('staff', [{ n: 1, event: 'bell' }]))
      .toMatchObject({ code: 'NOT_MEMBER' })
    expect(ann.of(wire.out)).toMatchObject([[{ room: 'staff', code: 'FORBIDDEN' }]])
    await rooms.to('staff').emit('message', { text: 'for staff' })
    await rooms.to('general').emit('message', { text: 'for all' })
    await expect.poll(() => ann.of('message').map(([data]) => data)).toEqual([{ text: 'for all' }])
    await expect.poll(() => bob.of(wire.members).at(-1)).toMatchObject([{ room: 'staff', gone: ['ann'] }])
  })

  test('a join whose claims change while authorize runs is decided by the new ones', async () => {
    const asked: string[] = []
    const first = gate<boolean>()
    const { connect } = await startRooms({
      contract: chat,
      authenticate: believeAll,
      authorize: {
        join: ({ claims }) => {
          asked.push(claims.role)
          return asked.length === 1 ? first.opened : claims.role === 'staff'
        },
      },
    })
    const ann = await connect({ id: 'ann', role: 'staff' })
    const joined = ann.ask(wire.join, { room: 'staff' })
    await expect.poll(() => asked).toEqual(['staff'])
    await askAuth(ann, { id: 'ann', role: 'guest' })
    first.open(true)
    expect(await joined).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    expect(asked.slice(0, 2)).toEqual(['staff', 'guest'])
  })

  test('the user as others see it changes with it', async () => {
    const { connect, io, rooms } = await startRooms({ contract: chat, authenticate: believeAll })
    const ann = await connect({ id: 'ann', name: 'Ann' })
    const bob = await connect({ id: 'bob' })
    await ann.join('general')
    await bob.join('general')
    expect(await askAuth(ann, { id: 'ann', name: 'Ann Lee' })).toEqual({
      ok: true,
      now: expect.any(Number),
      user: { id: 'ann', name: 'Ann Lee' },
    })
    await expect.poll(() => bob.of(wire.members).at(-1)).toMatchObject([{ set: [{ user: { name: 'Ann Lee' } }] }])
    await ann.publish('general', [{ n: 1, event: 'bell' }])
    await expect.poll(() => bob.of('bell').at(-1)).toMatchObject([null, { from: { name: 'Ann Lee' } }])
    const [socket] = io.sockets.sockets.values()
    expect(rooms.userOf(socket!)).toEqual({ id: 'ann', name: 'Ann Lee' })
  })

  test('is one at a time, and a connection that ends meanwhile leaves nothing behind', async () => {
    const answer = gate<{ id: string }>()
    let isFirst = true
    const { connect, io, errors } = await startRooms({
      contract: chat,
      authenticate: async () => {
        if (!isFirst) return await answer.opened
        isFirst = false
        return { id: 'ann' }
      },
    })
    const ann = await connect()
    const running = askAuth(ann, {})
    running.catch(() => {})
    expect(await askAuth(ann, {})).toMatchObject({ ok: false, code: 'RATE' })
    ann.socket.disconnect()
    await expect.poll(() => io.sockets.sockets.size).toBe(0)
    answer.open({ id: 'ann' })
    await new Promise(setImmediate)
    expect(errors).toEqual([])
  })

  test('is unknown to a server without authenticate', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    expect((await ann.hello()) satisfies Hello).not.toMatchObject({ capabilities: expect.arrayContaining(['auth']) })
    expect(await askAuth(ann, {})).toMatchObject({ ok: false, code: 'SHAPE' })
  })
})
