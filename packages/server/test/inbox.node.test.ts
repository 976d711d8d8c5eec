import { defineContract, RoomfulError } from '@roomful/contract'
import { INBOX, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryLog } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, cidOf, startRooms, texts } from './support/start-rooms.ts'

const note = z.object({ text: z.string().min(1) })
const inboxChat = defineContract({ ...chat.definition, inbox: { note, ping: {} } })
const guestInbox = defineContract({ ...guestChat.definition, inbox: { note } })
const start = (options: { limits?: { rooms: number } } = {}) =>
  startRooms({ contract: inboxChat, authenticate: believe, log: memoryLog(), ...options })

/** The notes that a client received, in order. */
function notes(client: Client): unknown[] {
  return client.of('note').map(([data, meta]) => [(data as { text: string }).text, (meta as { seq: number }).seq])
}

describe('S25 the inbox', () => {
  test('P2 a message to a user reaches each connection of the user, in one order, and no one else', async () => {
    const { rooms, connect } = await start()
    const [one, two, bob] = [await connect({ id: 'ann' }), await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    for (const client of [one, two, bob]) expect(await client.join(INBOX)).toMatchObject({ ok: true, head: 0 })
    const toAnn = rooms.toUser('ann')
    const receipts = await Promise.all([toAnn.emit('note', { text: 'a' }), toAnn.emit('note', { text: 'b' })])
    await toAnn.emit('ping')
    await rooms.toUser('bob').emit('note', { text: 'for Bob' })
    expect(receipts).toMatchObject([
      { confirmed: true, seq: 1 },
      { confirmed: true, seq: 2 },
    ])
    const annsNotes = [
      ['a', 1],
      ['b', 2],
    ]
    for (const client of [one, two]) await expect.poll(() => notes(client)).toEqual(annsNotes)
    await expect.poll(() => notes(bob)).toEqual([['for Bob', 1]])
    await expect.poll(() => one.of('ping').length).toBe(1)
    expect(one.of('note')[0]?.[1]).toEqual({
      $room: INBOX,
      epoch: expect.any(String),
      seq: 1,
      id: receipts[0].id,
      from: null,
      at: receipts[0].confirmed && receipts[0].at,
    })
    expect([one, two, bob].flatMap((client) => client.of(wire.members))).toEqual([])
  })

  test('P4 what was missed is replayed to a view; a new view begins at the head and can read the older ones', async () => {
    const { rooms, connect } = await start()
    await rooms.toUser('ann').emit('note', { text: 'before any connection' })
    const first = await connect({ id: 'ann' })
    const { epoch, head, entries } = await first.join(INBOX)
    expect([head, entries]).toEqual([1, []])
    first.socket.disconnect()
    await rooms.toUser('ann').emit('note', { text: 'missed' })
    const second = await connect({ id: 'ann' })
    const { members, ...answer } = await second.join(INBOX, { epoch, seq: head })
    expect(members).toBeUndefined()
    expect(answer).toMatchObject({ epoch, head: 2, entries: [{ event: 'note', data: { text: 'missed' }, seq: 2 }] })
    const newest = await (await connect({ id: 'ann' })).join(INBOX, undefined, { last: 10 })
    expect(newest.entries.map(({ seq }) => seq)).toEqual([1, 2])
    const page = await second.ask(wire.history, { room: INBOX, epoch, before: 2, limit: 10 })
    expect(page).toMatchObject({ ok: true, entries: [{ seq: 1 }] })
  })

  test('SEC15 only the server writes: a client is refused, and cannot reach the inbox of another user', async () => {
    const log = memoryLog()
    const { rooms, connect, errors } = await startRooms({ contract: inboxChat, authenticate: believe, log })
    await rooms.toUser('ann').emit('note', { text: 'secret' })
    const { epoch } = await (await connect({ id: 'ann' })).join(INBOX)
    const eve = await connect({ id: 'eve' })
    await eve.join(INBOX)
    const write = { room: INBOX, event: 'note', data: { text: 'x' } }
    const items = [{ n: 1, event: 'note', data: { text: 'x' } }]
    expect(await eve.publish(INBOX, items)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    for (const [event, request] of [
      [wire.volatile, write],
      [wire.presence, { room: INBOX, presence: { status: 'away' } }],
      [wire.typing, { room: INBOX, typing: true }],
    ] as const)
      expect(await eve.ask(event, request)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    for (const room of ['$inbox:ann', '$inbox:', '$inbox ', 'roomful:$inbox:ann', 'inbox:ann'])
      expect([room, await eve.ask(wire.history, { room, epoch, before: 9, limit: 9 })]).toMatchObject([
        room,
        { ok: false },
      ])
    for (const room of ['$inbox:ann', '$inbox:', '$inbox '])
      expect(await eve.ask(wire.join, { room })).toMatchObject({ ok: false, code: 'SHAPE' })
    expect(() => rooms.to('$inbox:ann')).toThrow(RoomfulError)
    await eve.join('general')
    expect(await eve.publish('general', items)).toMatchObject({ ok: true, results: [{ code: 'SHAPE' }] })
    expect(eve.of('note')).toEqual([])
    expect((await log.page('$inbox:eve', { after: 0, limit: 9, bytes: 999 })).head).toBe(0)
    expect(errors).toEqual([])
  })

  test('SEC3 users whose ids only look alike have inboxes of their own', async () => {
    const { rooms, connect } = await start()
    const ids = ['__proto__', 'ann', 'Ann', 'ann ', 'caf\u00e9', 'cafe\u0301', 'a:b', '$inbox', 'x'.repeat(128)]
    for (const id of ids) {
      const client = await connect({ id, name: 'x' })
      await client.join(INBOX)
      await rooms.toUser(id).emit('note', { text: id })
      await expect.poll(() => notes(client)).toEqual([[id, 1]])
    }
  })

  test('is outside the limit of rooms and without authorize.join', async () => {
    const asked: string[] = []
    const { connect } = await startRooms({
      contract: inboxChat,
      authenticate: believe,
      limits: { rooms: 1 },
      authorize: { join: ({ room }) => asked.push(room) > 0 },
    })
    const ann = await connect({ id: 'ann' })
    expect(await ann.join(INBOX)).toMatchObject({ ok: true })
    expect(await ann.join('general')).toMatchObject({ ok: true })
    expect(await ann.join('other')).toMatchObject({ ok: false, code: 'LIMIT' })
    const bob = await connect({ id: 'bob' })
    expect(await bob.join('general')).toMatchObject({ ok: true })
    expect(await bob.join(INBOX)).toMatchObject({ ok: true })
    expect(asked).toEqual(['general', 'other', 'general'].slice(0, asked.length))
    expect(await ann.ask(wire.leave, { room: INBOX })).toEqual({ ok: true })
  })

  test('is listed in $hello for known users of a contract that has one, and refused to all others', async () => {
    const known = await start()
    const guests = await startRooms({ contract: guestInbox })
    const none = await startRooms({ contract: chat, authenticate: believe })
    const anonymous = await startRooms({ contract: inboxChat, authenticate: () => undefined })
    expect((await (await known.connect()).hello()).capabilities).toContain('inbox')
    for (const { connect } of [guests, none, anonymous]) {
      const client = await connect()
      expect((await client.hello()).capabilities).not.toContain('inbox')
      expect(await client.join(INBOX)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    }
  })

  test('an invalid id, event or data is an error that says what was expected, and nothing is stored', async () => {
    const log = memoryLog()
    const { rooms } = await startRooms({ contract: inboxChat, authenticate: believe, log })
    for (const id of ['', 'x'.repeat(129), 'ann\ud800', 7 as never])
      expect(() => rooms.toUser(id)).toThrow("a user's id must be a well-formed string of 1 to 128 characters")
    const toAnn = rooms.toUser('ann')
    await expect(toAnn.emit('note', { text: '' })).rejects.toMatchObject({ code: 'INVALID', event: 'note' })
    await expect(toAnn.emit('message' as 'note', { text: 'x' })).rejects.toThrow(
      'the contract has no inbox event "message"',
    )
    await expect(rooms.to('general').emit('note' as 'message', { text: 'x' })).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^INVALID/) }),
    )
    expect(await log.page('$inbox:ann', { after: 0, limit: 9, bytes: 999 })).toMatchObject({ head: 0 })
  })

  test('SEC15 an app that moves sockets by hand does not put one user into the inbox of another', async () => {
    const { io, rooms, connect, errors } = await start()
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    for (const client of [ann, bob]) await client.join(INBOX)
    io.socketsJoin('roomful:$inbox:ann')
    await rooms.toUser('ann').emit('note', { text: 'for Ann' })
    await expect.poll(() => notes(ann)).toEqual([['for Ann', 1]])
    await bob.ask(wire.leave, { room: 'other' })
    expect(notes(bob)).toEqual([])
    expect(errors).toMatchObject([{ error: { code: 'INVALID_ARGUMENT' }, context: { room: '$inbox:ann' } }])
    io.in(ann.socket.id!).socketsLeave('roomful:$inbox:ann')
    await expect.poll(() => ann.of(wire.out)).toMatchObject([[{ room: INBOX, code: 'REMOVED' }]])
  })

  test('is not listed, has no members, and no operation of a room reaches it', async () => {
    const { rooms, connect } = await start()
    const ann = await connect({ id: 'ann' })
    await ann.join(INBOX)
    const listed: unknown[] = []
    for await (const room of rooms.list()) listed.push(room)
    expect(listed).toEqual([])
    expect(rooms.metrics()).toMatchObject({ rooms: 0, members: 0 })
    for (const name of [INBOX, '$inbox:ann']) {
      await expect(rooms.members(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      await expect(rooms.history(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      await expect(rooms.remove(name, 'ann')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    await rooms.reauthorize()
    await rooms.toUser('ann').emit('note', { text: 'still here' })
    await expect.poll(() => notes(ann)).toEqual([['still here', 1]])
  })

  test('has no members after the details of its user have changed', async () => {
    const { rooms, connect } = await start()
    const ann = await connect({ id: 'ann', name: 'Ann' })
    await ann.join(INBOX)
    expect(await ann.ask(wire.auth, { auth: { id: 'ann', name: 'Ann Lee' } })).toMatchObject({ ok: true })
    await rooms.toUser('ann').emit('note', { text: 'hello' })
    await expect.poll(() => notes(ann)).toEqual([['hello', 1]])
    expect(ann.of(wire.members)).toEqual([])
    for await (const room of rooms.list()) expect.fail(room.name)
  })

  test('a room may have an event of the same name, and the two do not mix', async () => {
    const contract = defineContract({ room: { message: note }, inbox: { message: note } })
    const { rooms, connect } = await startRooms({ contract, authenticate: believe })
    const ann = await connect({ id: 'ann' })
    await ann.join(INBOX)
    await ann.join('general')
    await ann.publish('general', texts(['in the room']), { cid: cidOf('a') })
    await rooms.toUser('ann').emit('message', { text: 'in the inbox' })
    const places = () => ann.of('message').map(([data, meta]) => [data, (meta as { $room: string }).$room])
    await expect.poll(places).toEqual([
      [{ text: 'in the room' }, 'general'],
      [{ text: 'in the inbox' }, INBOX],
    ])
  })
})
