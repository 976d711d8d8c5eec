import { type JoinAnswer, type MembersDelta, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, startRooms } from './support/start-rooms.ts'

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }
const [online, away] = [{ status: 'online' }, { status: 'away' }]

const deltas = (client: Client) => client.of(wire.members).map(([delta]) => delta as MembersDelta)
const say = (client: Client, presence: unknown, room = 'general') => client.ask(wire.presence, { room, presence })
const joinWith = (client: Client, presence: unknown) => client.ask<JoinAnswer>(wire.join, { room: 'general', presence })
/** The members, as a new client sees them. */
const list = async (client: Client, room = 'general') => (await client.join(room)).members?.list

describe('$presence', () => {
  test('S16 sets a presence that all members see, the sender too, and null removes it', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [one, other] = [await connect(ann), await connect(bob)]
    await one.join('general')
    const v = (await other.join('general')).members?.v ?? 0
    expect(await say(one, away)).toEqual({ ok: true })
    const delta = { room: 'general', v: v + 1, count: 2, set: [{ user: ann, presence: away }] }
    await expect.poll(() => deltas(other)).toEqual([delta])
    await expect.poll(() => deltas(one).at(-1)).toEqual(delta)
    expect(await say(one, null)).toEqual({ ok: true })
    await expect.poll(() => deltas(other).at(-1)).toEqual({ room: 'general', v: v + 2, count: 2, set: [{ user: ann }] })
    expect(await list(other)).toEqual([{ user: ann }, { user: bob }])
  })

  test('S16 $join carries a presence: the others get it with the enter, the sender in the answer', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [one, other] = [await connect(ann), await connect(bob)]
    await other.join('general')
    const member = { user: ann, presence: away }
    expect(await joinWith(one, away)).toMatchObject({ ok: true, members: { list: [{ user: bob }, member] } })
    await expect.poll(() => deltas(other).map(({ set }) => set)).toEqual([[member]])
    // A join without a presence keeps it.
    expect(await list(one)).toEqual([{ user: bob }, member])
    await joinWith(one, null)
    await expect.poll(() => deltas(other).at(-1)?.set).toEqual([{ user: ann }])
  })

  test.each([{ status: 'busy' }, 'away', 7, { status: { nested: ['x'.repeat(5_000)] } }])(
    'S16 a $join with a refused presence goes on without it: %j',
    async (state) => {
      const { connect, errors } = await startRooms({ contract: chat, authenticate: believe })
      const one = await connect(ann)
      expect(await joinWith(one, state)).toMatchObject({ ok: true, members: { list: [{ user: ann }] } })
      await joinWith(one, away)
      expect(await joinWith(one, state)).toMatchObject({ ok: true })
      await expect.poll(() => list(one)).toEqual([{ user: ann, presence: away }])
      expect(errors).toEqual([])
    },
  )

  test('S16 a presence that the contract refuses is SHAPE, and the one before stays', async () => {
    const { connect, errors } = await startRooms({ contract: chat, authenticate: believe })
    const [one, other] = [await connect(ann), await connect(bob)]
    await joinWith(one, online)
    await other.join('general')
    for (const state of [{ status: 'busy' }, {}, [], 'away', 0, false, Buffer.from('x')]) {
      const { ok, code, message } = await say(one, state)
      expect([ok, code]).toEqual([false, 'SHAPE'])
      expect(message).toMatch(/^invalid data for "presence": |^data must be JSON/)
    }
    expect(await say(one, { status: 'away', more: 'x'.repeat(4_096) })).toEqual({
      ok: false,
      code: 'TOO_LARGE',
      message: 'a presence may have at most 4096 bytes of JSON',
    })
    expect(await list(other)).toEqual([{ user: ann, presence: online }, { user: bob }])
    expect(deltas(other)).toEqual([])
    expect(errors).toEqual([])
  })

  test('S16 without a presence schema any JSON of at most presenceBytes of UTF-8 is accepted', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { presenceBytes: 10 } })
    const one = await connect()
    expect((await one.hello()).limits.presenceBytes).toBe(10)
    await one.join('general')
    for (const state of [0, false, '', [], { a: 1 }, 'x'.repeat(8), 'é'.repeat(4)]) {
      expect(await say(one, state)).toEqual({ ok: true })
      await expect.poll(async () => (await list(one))?.map(({ presence }) => presence)).toEqual([state])
    }
    for (const state of ['x'.repeat(9), 'é'.repeat(5)])
      expect(await say(one, state)).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('S16 only members can set a presence, and it stays in that room', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [one, other] = [await connect(ann), await connect(bob)]
    expect(await say(one, away)).toMatchObject({ ok: false, code: 'NOT_MEMBER' })
    for (const room of ['general', 'other']) {
      await one.join(room)
      await other.join(room)
    }
    await say(one, away)
    await expect.poll(() => deltas(other).map(({ room }) => room)).toEqual(['general'])
    expect(await list(other, 'other')).toEqual([{ user: ann }, { user: bob }])
    await one.ask(wire.leave, { room: 'general' })
    expect(await say(one, online)).toMatchObject({ code: 'NOT_MEMBER' })
    await one.join('general')
    expect(await list(other)).toEqual([{ user: bob }, { user: ann }])
  })

  test("S16 two tabs are one member with the newer presence; after its tab is closed, with the other's", async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [first, second, watcher] = [await connect(ann), await connect(ann), await connect(bob)]
    await watcher.join('general')
    await joinWith(first, online)
    await joinWith(second, away)
    const shown = async () => (await list(watcher))?.filter(({ user }) => user.id === 'ann')
    await expect.poll(shown).toEqual([{ user: ann, presence: away }])
    second.socket.disconnect()
    await expect.poll(shown).toEqual([{ user: ann, presence: online }])
    expect(deltas(watcher).flatMap(({ gone = [] }) => gone)).toEqual([])
    first.socket.disconnect()
    await expect.poll(() => deltas(watcher).at(-1)?.gone).toEqual(['ann'])
  })

  test('S16 a hundred changes give few deltas, one v apart, and the last is right', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [one, other] = [await connect(), await connect()]
    await one.join('general')
    const v = (await other.join('general')).members?.v ?? 0
    const startedAt = performance.now()
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => say(one, index + 1)))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    await expect.poll(() => deltas(other).at(-1)?.set?.[0]?.presence).toBe(100)
    const heard = deltas(other)
    expect(heard.length).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 50)
    expect(heard.map((delta) => delta.v)).toEqual(heard.map((_, index) => v + 1 + index))
  })
})
