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
import { collect, connect, open, patiently, signIn, startTestServer, temporaryFolder } from './support.ts'
import { loadSigningKey } from '../src/signing-key.ts'

async function enter(url: string, name: string): Promise<Socket> {
  const { token } = await signIn(url, name)
  return connect(url, { token })
}

const join = (socket: Socket, room: unknown): Promise<JoinAnswer | Refused> => socket.emitWithAck(wire.join, { room })

/** Publishes into a room, as a client does that joined it. */
async function publisher(socket: Socket, room: string) {
  const joined = await join(socket, room)
  if (!joined.ok) throw new Error(joined.message)
  let n = 0
  return (event: string, data: unknown): Promise<PublishAnswer> => {
    const items = [{ n: (n += 1), event, data }]
    return socket.emitWithAck(wire.publish, { room, epoch: joined.epoch, cid: 'c'.repeat(22), items })
  }
}

/** How a connection with this `auth` is refused. */
function refusalFor(url: string, auth: Record<string, unknown>): Promise<unknown> {
  const socket = open(url, { auth, reconnection: false })
  return new Promise((resolve, reject) => {
    socket.once('connect', () => reject(new Error('it was let in')))
    socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data))
  })
}

describe('signing in', () => {
  it('says to a socket with a token who it is, and to one without that it is nobody', async () => {
    const { url } = await startTestServer()
    const { token, user } = await signIn(url, 'Ann')
    const users: unknown[] = []
    for (const auth of [{ token }, {}])
      open(url, { auth }).on(wire.hello, (hello: Hello) => void users.push(hello.user))
    await expect.poll(() => users, patiently).toHaveLength(2)
    expect(users).toEqual(expect.arrayContaining([user, null]))
  })

  it.each([['x.y.z'], [''], [5], [null], [{ $gt: '' }]])('refuses the connection with the token %j', async (token) => {
    const { url } = await startTestServer()
    expect(await refusalFor(url, { token })).toMatchObject({ code: 'UNAUTHORIZED', message: expect.any(String) })
  })

  it('says of an expired token that it has expired', async () => {
    const dataDir = await temporaryFolder()
    const { url } = await startTestServer({ dataDir })
    const claims = new SignJWT({ name: 'Ann' }).setProtectedHeader({ alg: 'HS256' }).setIssuer('roomful-demo')
    const token = await claims
      .setSubject('1')
      .setExpirationTime('-1s')
      .sign(await loadSigningKey(dataDir))
    const expired = { code: 'UNAUTHORIZED', message: 'the token has expired: sign in again' }
    expect(await refusalFor(url, { token })).toEqual(expired)
  })
})

describe('rooms', () => {
  it('are closed to the anonymous, also by the tutorial’s join', async () => {
    const { url } = await startTestServer()
    const [eve, ann] = await Promise.all([connect(url), enter(url, 'Ann')])
    expect(await join(eve, 'general')).toMatchObject({ ok: false, code: 'FORBIDDEN', message: expect.any(String) })
    for (const room of ['general', 'roomful:general', 'r:general']) await eve.emitWithAck('join', { room })
    const heard: unknown[] = []
    eve.onAny((...packet) => void heard.push(packet))
    const publish = await publisher(ann, 'general')
    expect(await publish('message', { text: 'a secret' })).toMatchObject({ ok: true })
    ann.send('the end')
    await expect.poll(() => heard, patiently).toEqual([['message', 'Server received: the end']])
  })

  it('carry messages, trimmed and under the name of the session, to those who are in them', async () => {
    const { url } = await startTestServer()
    const [ann, bob, carl] = await Promise.all([enter(url, 'Ann'), enter(url, 'Bob'), enter(url, 'Carl')])
    const [bobHeard, carlHeard] = [collect(bob, 'message'), collect(carl, 'message')]
    await join(bob, 'general')
    await join(carl, 'random')
    const publish = await publisher(ann, 'general')
    expect(await publish('message', { text: '  hi  ', from: 'Bob' })).toMatchObject({ ok: true, results: [{ seq: 1 }] })
    const meta = { $room: 'general', seq: 1, from: { id: expect.any(String), name: 'Ann' } }
    await expect.poll(() => bobHeard, patiently).toEqual([[{ text: 'hi' }, expect.objectContaining(meta)]])
    expect(carlHeard).toEqual([])
  })

  it('tell the others who is typing', async () => {
    const { url } = await startTestServer()
    const [ann, bob] = await Promise.all([enter(url, 'Ann'), enter(url, 'Bob')])
    const heard = collect(bob, wire.typing)
    await Promise.all([join(ann, 'help'), join(bob, 'help')])
    ann.emit(wire.typing, { room: 'help', typing: true })
    const sign = { room: 'help', from: expect.objectContaining({ name: 'Ann' }), typing: true }
    await expect.poll(() => heard, patiently).toEqual([[sign]])
  })

  it('tell the others who is away, and refuse a status that nobody has', async () => {
    const { url } = await startTestServer()
    const [ann, bob] = await Promise.all([enter(url, 'Ann'), enter(url, 'Bob')])
    await Promise.all([join(ann, 'help'), join(bob, 'help')])
    const heard = collect(bob, wire.members)
    const say = (presence: unknown) => ann.emitWithAck(wire.presence, { room: 'help', presence })
    expect(await say({ status: 'asleep' })).toMatchObject({ ok: false, code: 'SHAPE' })
    expect(await say({ status: 'away' })).toEqual({ ok: true })
    const away = { user: expect.objectContaining({ name: 'Ann' }), presence: { status: 'away' } }
    const change = expect.objectContaining({ room: 'help', set: [expect.objectContaining(away)] })
    await expect.poll(() => heard, patiently).toContainEqual([change])
  })

  it('show somebody with two tabs as online, as long as one of them is looked at', async () => {
    const { url } = await startTestServer()
    const { token } = await signIn(url, 'Ann')
    const tabs = await Promise.all([connect(url, { token }), connect(url, { token })])
    for (const tab of tabs) await join(tab, 'help')
    const bob = await enter(url, 'Bob')
    await Promise.all([...tabs, bob].map((socket) => join(socket, 'help')))
    const heard: string[] = []
    bob.on(wire.members, ({ set = [] }: MembersDelta) => {
      for (const { user, presence } of set) heard.push(`${String(user['name'])} ${JSON.stringify(presence)}`)
    })
    const say = (socket: Socket, status: string) =>
      socket.emitWithAck(wire.presence, { room: 'help', presence: { status } })
    const [online, away] = ['Ann {"status":"online"}', 'Ann {"status":"away"}']
    await say(tabs[0], 'online')
    await expect.poll(() => heard, patiently).toContain(online)
    await say(tabs[1], 'away')
    await say(bob, 'away') // told with what was said before, or after it
    await expect.poll(() => heard, patiently).toContain('Bob {"status":"away"}')
    expect(heard).not.toContain(away)
    await say(tabs[0], 'away')
    await expect.poll(() => heard.at(-1), patiently).toBe(away)
  })

  it.each([
    ['of 4001 characters', { text: 'x'.repeat(4001) }, /text/],
    ['that is empty', { text: '' }, /text/],
    ['of only spaces', { text: ' \n ' }, /^expected a text that is not blank$/],
    ['without a text', {}, /text/],
    ['that is none', 'hi', /object/],
  ])('refuse a message %s, and take the next', async (_, data, message) => {
    const { url } = await startTestServer()
    const publish = await publisher(await enter(url, 'Ann'), 'general')
    const refusal = { code: 'SHAPE', message: expect.stringMatching(message) }
    expect(await publish('message', data)).toMatchObject({ ok: true, results: [refusal] })
    expect(await publish('message', { text: 'x'.repeat(4000) })).toMatchObject({ ok: true, results: [{ seq: 1 }] })
  })

  it('keep guests out of staff, and say why', async () => {
    const { url } = await startTestServer()
    const ann = await enter(url, 'Ann')
    const refusal = { ok: false, code: 'FORBIDDEN', message: 'room staff is for staff only' }
    expect(await join(ann, 'staff')).toEqual(refusal)
    expect(await join(ann, 'any other')).toMatchObject({ ok: true })
  })

  it.each(['', 'x'.repeat(201), 5, null, 'a\nb'])('refuse the name %j, and say what was expected', async (name) => {
    const { url } = await startTestServer()
    const refusal = { ok: false, code: 'SHAPE', message: expect.stringMatching(/room.*1 to 128 characters/) }
    expect(await join(await enter(url, 'Ann'), name)).toMatchObject(refusal)
  })
})
