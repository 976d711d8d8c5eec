import {
  type Hello,
  type JoinAnswer,
  type MembersDelta,
  type PublishAnswer,
  type Refused,
  wire,
} from '@roomful/contract/protocol'
import { SignJWT } from 'jose'
import type { Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { collect, connect, open, longTimeout, signIn, startTestServer, temporaryFolder } from './support.ts'
import { loadSigningKey } from '../src/signing-key.ts'

async function connectAs(url: string, name: string): Promise<Socket> {
  const { token } = await signIn(url, name)
  return connect(url, { token })
}

const join = (socket: Socket, room: unknown): Promise<JoinAnswer | Refused> => socket.emitWithAck(wire.join, { room })

/** Joins a room and returns a function that publishes messages in it. */
async function createPublisher(socket: Socket, room: string) {
  const joined = await join(socket, room)
  if (!joined.ok) throw new Error(joined.message)
  let n = 0
  return (event: string, data: unknown): Promise<PublishAnswer> => {
    n += 1
    const items = [{ n, id: String(n).padStart(16, '0'), event, data }]
    return socket.emitWithAck(wire.publish, { room, epoch: joined.epoch, cid: 'c'.repeat(22), items })
  }
}

/** Resolves with the data of the error that refuses a connection with this `auth`. */
function refusalFor(url: string, auth: Record<string, unknown>): Promise<unknown> {
  const socket = open(url, { auth, reconnection: false })
  return new Promise((resolve, reject) => {
    socket.once('connect', () => reject(new Error('the connection was accepted')))
    socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data))
  })
}

describe('authentication', () => {
  it('tells a socket with a token its user, and a socket without a token that it has none', async () => {
    const { url } = await startTestServer()
    const { token, user } = await signIn(url, 'Ann')
    const users: unknown[] = []
    for (const auth of [{ token }, {}])
      open(url, { auth }).on(wire.hello, (hello: Hello) => void users.push(hello.user))
    await expect.poll(() => users, longTimeout).toHaveLength(2)
    expect(users).toEqual(expect.arrayContaining([user, null]))
  })

  it.each([['x.y.z'], [''], [5], [null], [{ $gt: '' }]])('refuses the connection with the token %j', async (token) => {
    const { url } = await startTestServer()
    expect(await refusalFor(url, { token })).toMatchObject({ code: 'UNAUTHORIZED', message: expect.any(String) })
  })

  it('SEC22 refuses an expired token with the reason', async () => {
    const dataDir = await temporaryFolder()
    const { url } = await startTestServer({ dataDir })
    const claims = new SignJWT({ name: 'Ann' }).setProtectedHeader({ alg: 'HS256' }).setIssuer('roomful-demo')
    const token = await claims
      .setSubject('1')
      .setExpirationTime('-1s')
      .sign(await loadSigningKey(dataDir))
    const expired = { code: 'UNAUTHORIZED', message: 'the token has expired; sign in again' }
    expect(await refusalFor(url, { token })).toEqual(expired)
  })
})

describe('rooms', () => {
  it('refuse anonymous clients, also by the tutorial’s join', async () => {
    const { url } = await startTestServer()
    const [eve, ann] = await Promise.all([connect(url), connectAs(url, 'Ann')])
    expect(await join(eve, 'general')).toMatchObject({ ok: false, code: 'FORBIDDEN', message: expect.any(String) })
    for (const room of ['general', 'roomful:general', 'r:general']) await eve.emitWithAck('join', { room })
    const received: unknown[] = []
    eve.onAny((...packet) => void received.push(packet))
    const publish = await createPublisher(ann, 'general')
    expect(await publish('message', { text: 'a secret' })).toMatchObject({ ok: true })
    ann.send('the end')
    await expect.poll(() => received, longTimeout).toEqual([['message', 'Server received: the end']])
  })

  it('deliver messages to their members, trimmed and with the user of the session', async () => {
    const { url } = await startTestServer()
    const [ann, bob, carl] = await Promise.all([connectAs(url, 'Ann'), connectAs(url, 'Bob'), connectAs(url, 'Carl')])
    const [bobReceived, carlReceived] = [collect(bob, 'message'), collect(carl, 'message')]
    await join(bob, 'general')
    await join(carl, 'random')
    const publish = await createPublisher(ann, 'general')
    expect(await publish('message', { text: '  hi  ', from: 'Bob' })).toMatchObject({ ok: true, results: [{ seq: 1 }] })
    const meta = { $room: 'general', seq: 1, from: { id: expect.any(String), name: 'Ann' } }
    await expect.poll(() => bobReceived, longTimeout).toEqual([[{ text: 'hi' }, expect.objectContaining(meta)]])
    expect(carlReceived).toEqual([])
  })

  it('tell the other members who is typing', async () => {
    const { url } = await startTestServer()
    const [ann, bob] = await Promise.all([connectAs(url, 'Ann'), connectAs(url, 'Bob')])
    const received = collect(bob, wire.typing)
    await Promise.all([join(ann, 'help'), join(bob, 'help')])
    ann.emit(wire.typing, { room: 'help', typing: true })
    const sign = { room: 'help', from: expect.objectContaining({ name: 'Ann' }), typing: true }
    await expect.poll(() => received, longTimeout).toEqual([[sign]])
  })

  it('tell the other members who is away, and refuse an unknown status', async () => {
    const { url } = await startTestServer()
    const [ann, bob] = await Promise.all([connectAs(url, 'Ann'), connectAs(url, 'Bob')])
    await Promise.all([join(ann, 'help'), join(bob, 'help')])
    const received = collect(bob, wire.members)
    const setPresence = (presence: unknown) => ann.emitWithAck(wire.presence, { room: 'help', presence })
    expect(await setPresence({ status: 'asleep' })).toMatchObject({ ok: false, code: 'SHAPE' })
    expect(await setPresence({ status: 'away' })).toEqual({ ok: true })
    const away = { user: expect.objectContaining({ name: 'Ann' }), presence: { status: 'away' } }
    const change = expect.objectContaining({ room: 'help', set: [expect.objectContaining(away)] })
    await expect.poll(() => received, longTimeout).toContainEqual([change])
  })

  it('show a user with two tabs as online while one of the tabs is online', async () => {
    const { url } = await startTestServer()
    const { token } = await signIn(url, 'Ann')
    const tabs = await Promise.all([connect(url, { token }), connect(url, { token })])
    for (const tab of tabs) await join(tab, 'help')
    const bob = await connectAs(url, 'Bob')
    await Promise.all([...tabs, bob].map((socket) => join(socket, 'help')))
    const received: string[] = []
    bob.on(wire.members, ({ set = [] }: MembersDelta) => {
      for (const { user, presence } of set) received.push(`${String(user['name'])} ${JSON.stringify(presence)}`)
    })
    const setStatus = (socket: Socket, status: string) =>
      socket.emitWithAck(wire.presence, { room: 'help', presence: { status } })
    const [online, away] = ['Ann {"status":"online"}', 'Ann {"status":"away"}']
    await setStatus(tabs[0], 'online')
    await expect.poll(() => received, longTimeout).toContain(online)
    await setStatus(tabs[1], 'away')
    await setStatus(bob, 'away') // delivered together with the earlier changes, or after them
    await expect.poll(() => received, longTimeout).toContain('Bob {"status":"away"}')
    expect(received).not.toContain(away)
    await setStatus(tabs[0], 'away')
    await expect.poll(() => received.at(-1), longTimeout).toBe(away)
  })

  it.each([
    ['with 4001 characters', { text: 'x'.repeat(4001) }, /text/],
    ['with an empty text', { text: '' }, /text/],
    ['with only spaces', { text: ' \n ' }, /^expected a text that is not blank$/],
    ['without a text', {}, /text/],
    ['that is not an object', 'hi', /object/],
  ])('refuse a message %s, and accept the next one', async (_, data, message) => {
    const { url } = await startTestServer()
    const publish = await createPublisher(await connectAs(url, 'Ann'), 'general')
    const refusal = { code: 'SHAPE', message: expect.stringMatching(message) }
    expect(await publish('message', data)).toMatchObject({ ok: true, results: [refusal] })
    expect(await publish('message', { text: 'x'.repeat(4000) })).toMatchObject({ ok: true, results: [{ seq: 1 }] })
  })

  it('refuse guests in the room staff, with the reason', async () => {
    const { url } = await startTestServer()
    const ann = await connectAs(url, 'Ann')
    const refusal = { ok: false, code: 'FORBIDDEN', message: 'room staff is for staff only' }
    expect(await join(ann, 'staff')).toEqual(refusal)
    expect(await join(ann, 'any other')).toMatchObject({ ok: true })
  })

  it.each([
    ['', /room.*1 to 128 characters/],
    ['x'.repeat(201), /room.*1 to 128 characters/],
    [5, /room.*1 to 128 characters/],
    [null, /room.*1 to 128 characters/],
    ['a\nb', /room.* must not have control/],
  ])('refuse the room name %j and say what was expected', async (name, sentence) => {
    const { url } = await startTestServer()
    const refusal = { ok: false, code: 'SHAPE', message: expect.stringMatching(sentence) }
    expect(await join(await connectAs(url, 'Ann'), name)).toMatchObject(refusal)
  })
})
