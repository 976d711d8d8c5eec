import { defineContract } from '@roomful/contract'
import { INBOX, type Out, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryLog, refuse, type Rooms, type RoomsOptions } from '../../src/index.ts'
import { believe, chat } from '../support/chat.ts'
import { MemoryHub, type MemoryNode, sharedLog } from '../support/memory-nodes.ts'
import { cidOf, type Client, connectRaw, gate, startRooms, texts, words } from '../support/start-rooms.ts'

const contract = defineContract({ ...chat.definition, inbox: { note: z.object({ text: z.string() }) } })
type Options = Partial<RoomsOptions<typeof contract>>

/** Servers over one log, as many as there are options. */
async function startNodes(...options: Options[]) {
  const hub = new MemoryHub()
  const log = memoryLog()
  const startOne = async (own: Options) => {
    const node = hub.node()
    const common = { contract, authenticate: believe, log: sharedLog(log, node) }
    return { node, ...(await startRooms({ ...common, ...own })) }
  }
  return { log, servers: await Promise.all(options.map(startOne)) }
}

async function startTwo(both: Options = {}) {
  const { log, servers } = await startNodes(both, both)
  const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]]
  return { log, one, two }
}

const outs = (client: Client): Out[] => client.of(wire.out).map(([out]) => out as Out)
const byes = (client: Client): unknown[] => client.of(wire.bye).map(([bye]) => bye)

describe('SEC15 rooms.remove over two nodes', () => {
  test('puts the user out on both: no more events, and every request needs another join', async () => {
    const { one, two } = await startTwo()
    const tabs = [await one.connect({ id: 'ann' }), await two.connect({ id: 'ann' })]
    const bob = await two.connect({ id: 'bob' })
    for (const client of [...tabs, bob]) await client.join('general')
    await one.rooms.remove('general', 'ann', { code: 'SPAM', message: 'no advertising' })
    await bob.publish('general', texts(['after']))
    await expect.poll(() => words(bob)).toEqual(['after'])
    for (const ann of tabs) {
      expect(await ann.publish('general', texts(['mine']))).toMatchObject({ code: 'NOT_MEMBER', results: [] })
      expect(outs(ann)).toEqual([{ room: 'general', code: 'SPAM', message: 'no advertising' }])
      expect(words(ann)).toEqual([])
    }
    expect(await tabs[1]?.join('general')).toMatchObject({ ok: true })
    expect(outs(tabs[1] as Client)).toHaveLength(1)
  })

  test('removes a connection that is lost and kept as a member by the other one', async () => {
    const left: string[] = []
    const onLeave = ({ user }: { user: { id: string } }) => void left.push(user.id)
    const { one, two } = await startTwo({ presenceGraceMs: 60_000, onLeave })
    const ann = await two.connect({ id: 'ann' })
    await ann.join('general')
    ann.socket.io.engine.close()
    await expect.poll(() => two.rooms.metrics().connections).toBe(0)
    await one.rooms.remove('general', 'ann')
    await expect.poll(() => left).toEqual(['ann'])
  })

  test('stores a ban for both, also while a node does not answer, and resolves when that one is dead', async () => {
    const { log, one, two } = await startTwo()
    const [ann, lost] = [await one.connect({ id: 'ann' }), await two.connect({ id: 'ann' })]
    for (const client of [ann, lost]) await client.join('general')
    two.node.drop(({ type, room }) => type === 'message' && room === undefined)
    let isRemoved = false
    const removed = one.rooms.remove('general', 'ann', { banMs: 60_000 }).then(() => (isRemoved = true))
    await expect.poll(() => log.ban('general', 'ann')).toMatchObject({ code: 'BANNED' })
    expect(await ann.join('general')).toMatchObject({ ok: false, code: 'BANNED' })
    expect(await (await two.connect({ id: 'ann' })).join('general')).toMatchObject({ code: 'BANNED' })
    expect(isRemoved).toBe(false)
    two.node.die()
    await removed
    await one.rooms.unban('general', 'ann')
    expect(await ann.join('general')).toMatchObject({ ok: true })
  })

  test('puts the user out again after a join on the other one before the ban was stored', async () => {
    const { log, one, two } = await startTwo()
    const storing = gate()
    const { setBan } = log
    log.setBan = async (...args) => {
      await storing.opened
      await setBan.apply(log, args)
    }
    const ann = await two.connect({ id: 'ann' })
    await ann.join('general')
    const removed = one.rooms.remove('general', 'ann', { banMs: 60_000 })
    await expect.poll(() => outs(ann)).toHaveLength(1)
    expect(await ann.join('general')).toMatchObject({ ok: true })
    storing.open()
    await removed
    await expect.poll(() => outs(ann)).toHaveLength(2)
    expect(await ann.join('general')).toMatchObject({ code: 'BANNED' })
  })
})

describe('S20 rooms.disconnect over two nodes', () => {
  test('ends the connections of the user on both, and says why', async () => {
    const { one, two } = await startTwo()
    const tabs = [await one.connect({ id: 'ann' }), await two.connect({ id: 'ann' })]
    const bob = await two.connect({ id: 'bob' })
    await one.rooms.disconnect('ann', { code: 'BLOCKED', message: 'blocked' })
    for (const ann of tabs) {
      await expect.poll(() => byes(ann)).toEqual([{ code: 'BLOCKED', message: 'blocked' }])
      await expect.poll(() => ann.socket.connected).toBe(false)
    }
    expect([bob.socket.connected, byes(bob)]).toEqual([true, []])
  })

  test('refuses a connection whose authenticate is running on the other one', async () => {
    const [asked, known] = [gate(), gate()]
    const authenticate = async (handshake: { auth: Readonly<Record<string, unknown>> }) => {
      asked.open()
      await known.opened
      return believe(handshake)
    }
    const { servers } = await startNodes({}, { authenticate })
    const [one, two] = servers
    const socket = connectRaw(two?.url ?? '', { id: 'ann' })
    const refusal = new Promise<unknown>((resolve) => {
      socket.on('connect_error', resolve)
      socket.on('connect', () => resolve('connected'))
    })
    await asked.opened
    await one?.rooms.disconnect('ann', { code: 'BLOCKED' })
    known.open()
    expect(await refusal).toMatchObject({ data: { code: 'BLOCKED' } })
  })

  test('that a node gets late does not end a connection that began after it', async () => {
    const { one, two } = await startTwo()
    const call = async (id: string, agoMs: number): Promise<void> => {
      const args = { userId: 'ann', bye: { code: 'KICKED' } }
      await two.node.send(JSON.stringify({ type: 'call', id, name: 'disconnect', args, agoMs }))
    }
    const ann = await one.connect({ id: 'ann' })
    await call('late', 60_000)
    await one.rooms.disconnect('bob') // the node has answered what came before
    expect(byes(ann)).toEqual([])
    await call('now', 0)
    await expect.poll(() => byes(ann)).toEqual([{ code: 'KICKED' }])
  })
})

describe('S18 rooms.reauthorize over two nodes', () => {
  test('asks for the rooms of the user, or of all users, on both', async () => {
    let refused: readonly string[] = []
    const join = ({ user }: { user: { id: string } }) => {
      if (refused.includes(user.id)) throw refuse('EXPELLED', 'not any more')
      return true
    }
    const { one, two } = await startTwo({ authorize: { join } })
    const [ann, bob, eve] = [
      await one.connect({ id: 'ann' }),
      await two.connect({ id: 'bob' }),
      await two.connect({ id: 'eve' }),
    ]
    for (const client of [ann, bob, eve]) await client.join('general')
    refused = ['ann', 'bob']
    await one.rooms.reauthorize('bob')
    await expect.poll(() => outs(bob)).toEqual([{ room: 'general', code: 'EXPELLED', message: 'not any more' }])
    expect(outs(ann)).toEqual([])
    refused = ['ann', 'eve']
    await two.rooms.reauthorize()
    for (const client of [ann, eve]) await expect.poll(() => outs(client)).toHaveLength(1)
  })
})

describe('the log alone is enough over two nodes', () => {
  test('S10 for rooms.newEpoch: members of both get $head with the epoch before', async () => {
    const { one, two } = await startTwo()
    const clients = [await one.connect({ id: 'ann' }), await two.connect({ id: 'bob' })]
    for (const client of clients) await client.join('general')
    await clients[0]?.publish('general', texts(['one']))
    for (const client of clients) await expect.poll(() => words(client)).toEqual(['one'])
    await one.rooms.newEpoch()
    for (const client of clients)
      await expect
        .poll(() => client.of(wire.head).at(-1)?.[0])
        .toMatchObject({ room: 'general', seq: 1, previous: { head: 1 } })
  })

  test('S25 for rooms.toUser: the user is on the other node', async () => {
    const { one, two } = await startTwo()
    const ann = await two.connect({ id: 'ann' })
    await ann.join(INBOX)
    const receipt = await one.rooms.toUser('ann').emit('note', { text: 'hello' })
    expect(receipt).toMatchObject({ confirmed: true, seq: 1 })
    await expect.poll(() => ann.of('note').map(([data]) => data)).toEqual([{ text: 'hello' }])
  })

  test('for rooms.history', async () => {
    const { one, two } = await startTwo()
    const ann = await two.connect({ id: 'ann' })
    await ann.join('general')
    await ann.publish('general', texts(['one', 'two']))
    expect((await one.rooms.history('general')).entries.map(({ data }) => data)).toEqual([
      { text: 'one' },
      { text: 'two' },
    ])
  })
})

describe('rooms.members and rooms.list over two nodes', () => {
  const idsOf = async ({ rooms }: { rooms: Rooms<typeof contract> }, room = 'general') =>
    (await rooms.members(room)).map(({ user }) => user.id)

  async function listOf({ rooms }: { rooms: Rooms<typeof contract> }): Promise<Record<string, number>> {
    const list: Record<string, number> = {}
    for await (const { name, members } of rooms.list()) list[name] = members
    return list
  }

  test('give the users of both, each once, in the order in which they came', async () => {
    const { one, two } = await startTwo()
    const ann = await one.connect({ id: 'ann' })
    await ann.ask(wire.join, { room: 'general', presence: { status: 'away' } })
    expect(await idsOf(one)).toEqual(['ann'])
    await expect.poll(() => idsOf(two)).toEqual(['ann'])
    for (const id of ['bob', 'ann', 'eve']) await (await two.connect({ id })).join('general')
    await (await two.connect({ id: 'bob' })).join('other')
    for (const server of [one, two]) {
      await expect.poll(() => idsOf(server)).toEqual(['ann', 'bob', 'eve'])
      await expect.poll(() => listOf(server)).toEqual({ general: 3, other: 1 })
      expect(await idsOf(server, 'nowhere')).toEqual([])
    }
    const user = { id: 'ann', name: 'ann' }
    expect((await two.rooms.members('general'))[0]).toEqual({ user, presence: { status: 'away' } })
  })

  test('know at once what this node has, also before the other one knows it', async () => {
    const { one } = await startTwo()
    const ann = await one.connect({ id: 'ann' })
    one.node.slowDown(gate().opened)
    const joined = ann.ask(wire.join, { room: 'general', presence: { status: 'away' } })
    one.node.slowDown(undefined)
    await joined
    await ann.ask(wire.presence, { room: 'general', presence: { status: 'online' } })
    expect(await one.rooms.members('general')).toMatchObject([{ user: { id: 'ann' }, presence: { status: 'online' } }])
    await ann.ask(wire.leave, { room: 'general' })
    expect(await idsOf(one)).toEqual([])
  })

  test('list all members of a room with more than limits.members, and no inboxes', async () => {
    const { one, two } = await startTwo({ limits: { members: 2 } })
    for (const [index, server] of [one, two, one, two].entries()) {
      const client = await server.connect({ id: `user-${index}` })
      await client.join('general')
      await client.join(INBOX)
    }
    await expect.poll(() => idsOf(two)).toEqual(['user-0', 'user-1', 'user-2', 'user-3'])
    expect(await listOf(one)).toEqual({ general: 4 })
  })

  test('merge the presences of a user by mergePresence, whichever node has them', async () => {
    const mergePresence: Options['mergePresence'] = (presences) =>
      presences.find(({ status }) => status === 'online') ?? presences[0]
    const { one, two } = await startTwo({ mergePresence })
    for (const [server, status] of [
      [one, 'online'],
      [two, 'away'],
    ] as const)
      await (await server.connect({ id: 'ann' })).ask(wire.join, { room: 'general', presence: { status } })
    for (const { rooms } of [one, two])
      await expect.poll(() => rooms.members('general')).toMatchObject([{ presence: { status: 'online' } }])
  })

  test('reject while the nodes cannot be reached, and are empty after close', async () => {
    const { one, two } = await startTwo()
    await (await two.connect({ id: 'ann' })).join('general')
    one.node.fail()
    await expect(one.rooms.members('general')).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: expect.any(Error) })
    await expect(listOf(one)).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: expect.any(Error) })
    one.node.restore()
    expect(await listOf(one)).toEqual({ general: 1 })
    await one.rooms.close()
    expect([await idsOf(one), await listOf(one)]).toEqual([[], {}])
  })
})

test('rooms.metrics counts the members by connections to this node, so that those of all nodes add up', async () => {
  const { one, two } = await startTwo({ limits: { members: 2 } })
  for (const [server, id] of [
    [one, 'ann'],
    [one, 'ann'],
    [one, 'bob'],
    [two, 'cy'],
  ] as const)
    await (await server.connect({ id })).join('general')
  await expect.poll(async () => (await two.rooms.members('general')).length).toBe(3)
  const dan = await two.connect({ id: 'dan' })
  for (const room of ['general', 'other', INBOX]) await dan.join(room)
  expect([one, two].map(({ rooms }) => rooms.metrics().members)).toEqual([2, 3])
  expect([one, two].map(({ rooms }) => rooms.metrics().rooms)).toEqual([1, 2])
  dan.socket.disconnect()
  await expect.poll(() => two.rooms.metrics().members).toBe(1)
  await two.rooms.close()
  expect(two.rooms.metrics().members).toBe(0)
})

test('a ban that is over while another node has not answered yet is over: its user is not put out once more', async () => {
  const { one, two } = await startTwo()
  const ann = await one.connect({ id: 'ann' })
  await ann.join('general')
  two.node.hold()
  const removed = one.rooms.remove('general', 'ann', { banMs: 100 })
  await expect.poll(() => outs(ann)).toHaveLength(1)
  await expect.poll(async () => (await ann.join('general')).ok).toBe(true)
  two.node.release()
  await removed
  expect(await ann.publish('general', texts(['back']))).toMatchObject({ ok: true })
  expect(outs(ann)).toHaveLength(1)
})

test('F6 a node closes while the other one serves: its client goes there, and each message is stored once, in order', async () => {
  const [handling, slow] = [gate(), gate()]
  const { log, one, two } = await startTwo({ presenceGraceMs: 60_000 })
  one.rooms.handle('message', async ({ data }) => {
    if (data.text !== 'b') return
    handling.open()
    await slow.opened
  })
  const [ann, bob] = [await one.connect({ id: 'ann' }), await two.connect({ id: 'bob' })]
  await ann.join('general')
  const { epoch } = await bob.join('general')
  const answer = ann.publish('general', texts(['a', 'b', 'c', 'd']))
  await handling.opened
  const closed = one.rooms.close()
  slow.open()
  expect(await answer).toMatchObject({ code: 'CLOSING', results: [{ seq: 1 }, { seq: 2 }] })
  await closed
  await expect.poll(() => byes(ann)).toMatchObject([{ code: 'CLOSING', after: 1_000 }])
  await bob.publish('general', texts(['meanwhile']), { cid: cidOf('b') })

  const back = await two.connect({ id: 'ann' })
  expect(await back.join('general', { epoch, seq: 2 })).toMatchObject({ epoch, continues: 2, entries: [{ seq: 3 }] })
  const again = await back.publish('general', texts(['a', 'b', 'c', 'd']))
  expect(again).toMatchObject({ ok: true, results: [{ seq: 1 }, { seq: 2 }, { seq: 4 }, { seq: 5 }] })
  const order = ['a', 'b', 'meanwhile', 'c', 'd']
  await expect.poll(() => words(bob)).toEqual(order)
  const { entries } = await log.page('general', { after: 0, limit: 10, bytes: 10_000 })
  expect(entries.map(({ data }) => (data as { text: string }).text)).toEqual(order)
  expect((await two.rooms.members('general')).map(({ user }) => user.id).sort()).toEqual(['ann', 'bob'])
})

test('a node closes also while it cannot reach the others, and reports that they do not know', async () => {
  const { one } = await startTwo()
  const ann = await one.connect({ id: 'ann' })
  await ann.join('general')
  one.node.fail()
  await one.rooms.close()
  await expect.poll(() => byes(ann)).toMatchObject([{ code: 'CLOSING' }])
  expect(one.errors.at(-1)).toMatchObject({
    error: { message: 'the connection to the other nodes was lost' },
    context: { during: 'nodes' },
  })
})

test('a node whose other node has an older version does its part, and says so', async () => {
  const { one, two } = await startTwo()
  two.node.options = { ...(two.node.options as NonNullable<MemoryNode['options']>), onMessage: () => {} }
  const ann = await one.connect({ id: 'ann' })
  const ended = one.rooms.disconnect('ann').catch((error: unknown) => error)
  const call = 'unknown'
  await expect.poll(() => byes(ann)).toHaveLength(1)
  await two.node.send(JSON.stringify({ type: 'answer', id: '1', result: call }), `$node:${one.node.id}`)
  expect(await ended).toMatchObject({
    code: 'UNAVAILABLE',
    message:
      'rooms.disconnect: 1 of 1 other nodes has a version without this call; the call had effect on this node and on 0 of the other nodes',
  })
})
