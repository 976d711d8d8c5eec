import { type JoinAnswer, type MembersDelta, wire, type WireMember } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { believe, chat } from '../support/chat.ts'
import { startNodes } from '../support/node-servers.ts'
import { type Client, texts, words } from '../support/start-rooms.ts'

const options = { contract: chat, authenticate: believe }
const away = { status: 'away' }
const online = { status: 'online' }

/** The members as a client knows them, from its join and the changes since. */
class View {
  readonly #members = new Map<string, WireMember>()
  readonly #client: Client
  readonly #from: JoinAnswer
  #seen = 0
  /** The users who came or went, in order. */
  readonly news: string[] = []

  constructor(client: Client, answer: JoinAnswer) {
    this.#client = client
    this.#from = answer
    for (const member of answer.members?.list ?? []) this.#members.set(member.user.id, member)
  }

  get members(): Record<string, unknown> {
    const all = this.#client.of(wire.members).map(([change]) => change as MembersDelta)
    for (const { v, set = [], gone = [] } of all.slice(this.#seen)) {
      if (v <= (this.#from.members?.v ?? 0)) continue
      for (const member of set) {
        if (!this.#members.has(member.user.id)) this.news.push(`+${member.user.id}`)
        this.#members.set(member.user.id, member)
      }
      for (const id of gone) {
        this.news.push(`-${id}`)
        this.#members.delete(id)
      }
    }
    this.#seen = all.length
    return Object.fromEntries([...this.#members].map(([id, { presence }]) => [id, presence ?? null]))
  }
}

async function joined(client: Client, more?: { presence?: unknown }): Promise<View> {
  return new View(client, await client.ask<JoinAnswer>(wire.join, { room: 'general', ...more }))
}

describe('members over nodes', () => {
  test('S15 a member of one node is a member on the others, at the join and after it', async () => {
    const { servers } = await startNodes(2, options)
    const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]]
    const ann = await joined(await one.connect({ id: 'ann' }), { presence: away })
    expect(ann.members).toEqual({ ann: away })
    const bobs = await two.connect({ id: 'bob' })
    const bob = await joined(bobs)
    expect(bob.members).toEqual({ ann: away, bob: null })
    await expect.poll(() => ann.members).toEqual({ ann: away, bob: null })
    await bobs.ask(wire.presence, { room: 'general', presence: online })
    await expect.poll(() => ann.members).toEqual({ ann: away, bob: online })
    await bobs.ask(wire.leave, { room: 'general' })
    await expect.poll(() => ann.members).toEqual({ ann: away })
    expect(ann.news).toEqual(['+bob', '-bob'])
    expect([...one.errors, ...two.errors]).toEqual([])
  })

  test('S16 a user on two nodes is one member with the newest presence, and is gone with the last connection; hooks run once', async () => {
    const calls: string[] = []
    const { servers } = await startNodes(3, {
      ...options,
      onJoin: ({ user }) => void calls.push(`+${user.id}`),
      onLeave: ({ user }) => void calls.push(`-${user.id}`),
    })
    const [one, two, three] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
    const watcher = await joined(await three.connect({ id: 'cy' }))
    const [first, second] = [await one.connect({ id: 'ann' }), await two.connect({ id: 'ann' })]
    await joined(first, { presence: away })
    await expect.poll(() => watcher.members).toEqual({ ann: away, cy: null })
    await joined(second, { presence: online })
    await expect.poll(() => watcher.members).toEqual({ ann: online, cy: null })
    await first.ask(wire.presence, { room: 'general', presence: null })
    await first.ask(wire.presence, { room: 'general', presence: away })
    await expect.poll(() => watcher.members).toEqual({ ann: away, cy: null })
    await first.ask(wire.leave, { room: 'general' })
    await expect.poll(() => watcher.members).toEqual({ ann: online, cy: null })
    await second.ask(wire.leave, { room: 'general' })
    await expect.poll(() => watcher.members).toEqual({ cy: null })
    expect(watcher.news).toEqual(['+ann', '-ann'])
    await expect.poll(() => calls).toEqual(['+cy', '+ann', '-ann'])
  })

  test('S16 a user whose page returns to another node stays a member, with the presence of the lost connection', async () => {
    const { servers } = await startNodes(3, { ...options, presenceGraceMs: 2_000 })
    const [one, two, three] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
    const watcher = await joined(await three.connect({ id: 'cy' }))
    const lost = await one.connect({ id: 'ann' })
    await joined(lost, { presence: away })
    await expect.poll(() => watcher.members).toEqual({ ann: away, cy: null })
    lost.socket.io.engine.close()
    await expect.poll(() => one.io.engine.clientsCount).toBe(0)
    const back = await two.connect({ id: 'ann' })
    await joined(back)
    // The place of the lost connection was taken: its presence goes with the new connection, not after the grace.
    await expect.poll(() => one.node.calls['setMember'], { timeout: 1_000 }).toBe(3)
    expect(watcher.members).toEqual({ ann: away, cy: null })
    await back.ask(wire.presence, { room: 'general', presence: null })
    await expect.poll(() => watcher.members).toEqual({ ann: null, cy: null })
    await back.ask(wire.leave, { room: 'general' })
    await expect.poll(() => watcher.members, { timeout: 1_000 }).toEqual({ cy: null })
    expect(watcher.news).toEqual(['+ann', '-ann'])
  })

  test('S16 an inherited presence ends with the grace', async () => {
    const { servers } = await startNodes(2, { ...options, presenceGraceMs: 200 })
    const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]]
    const watcher = await joined(await two.connect({ id: 'cy' }))
    const lost = await one.connect({ id: 'ann' })
    await joined(lost, { presence: away })
    await expect.poll(() => watcher.members).toEqual({ ann: away, cy: null })
    lost.socket.io.engine.close()
    await joined(await two.connect({ id: 'ann' }))
    await expect.poll(() => watcher.members).toEqual({ ann: null, cy: null })
    expect(watcher.news).toEqual(['+ann'])
  })

  test('S16 the members of a node that dies, or closes, stay for the grace; then one node calls onLeave', async () => {
    const calls: string[] = []
    const { servers } = await startNodes(3, {
      ...options,
      presenceGraceMs: 300,
      onLeave: ({ user }) => void calls.push(user.id),
    })
    const [one, two, three] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
    const watcher = await joined(await three.connect({ id: 'cy' }))
    await joined(await one.connect({ id: 'ann' }))
    await joined(await two.connect({ id: 'bob' }), { presence: away })
    await joined(await two.connect({ id: 'dan' }))
    await expect.poll(() => watcher.members).toEqual({ ann: null, bob: away, cy: null, dan: null })
    one.node.die()
    expect(watcher.members).toEqual({ ann: null, bob: away, cy: null, dan: null })
    await expect.poll(() => watcher.members).toEqual({ bob: away, cy: null, dan: null })
    await two.rooms.close()
    await joined(await three.connect({ id: 'bob' }), { presence: away }) // it moves to another node
    expect(watcher.members).toEqual({ bob: away, cy: null, dan: null })
    await expect.poll(() => watcher.members).toEqual({ bob: away, cy: null })
    expect(watcher.news).toEqual(['+ann', '+bob', '+dan', '-ann', '-dan'])
    expect(calls).toEqual(['ann', 'dan'])
  })

  test('S16 a join that is refused ends the grace on the other nodes, too', async () => {
    let isAllowed = true
    const { servers } = await startNodes(3, {
      ...options,
      authorize: { join: ({ user }) => user.id === 'cy' || isAllowed },
    })
    const [one, two, three] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
    const watcher = await joined(await three.connect({ id: 'cy' }))
    await joined(await two.connect({ id: 'cy' }))
    const lost = await one.connect({ id: 'ann' })
    await joined(lost)
    await expect.poll(() => watcher.members).toEqual({ ann: null, cy: null })
    lost.socket.io.engine.close()
    await expect.poll(() => one.node.calls['setMember']).toBe(2)
    isAllowed = false
    const back = await two.connect({ id: 'ann' })
    expect(await back.join('general')).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    await expect.poll(() => watcher.members, { timeout: 2_000 }).toEqual({ cy: null })
  })

  test('S27 a room of more members than are listed is counted on all nodes, also for those who join later', async () => {
    const { servers } = await startNodes(2, { ...options, limits: { members: 5 }, presenceGraceMs: 0 })
    const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]]
    const ann = await one.connect({ id: 'ann' })
    await joined(ann)
    const others: Client[] = []
    for (const id of ['b', 'c', 'd', 'e', 'f']) {
      const other = await two.connect({ id })
      others.push(other)
      await other.join('general')
    }
    await expect.poll(() => ann.of(wire.members).at(-1)).toMatchObject([{ partial: true, count: 6 }])
    expect(await others[0]?.join('general')).toMatchObject({
      members: { count: 6, partial: true, list: [{ user: { id: 'b' } }] },
    })
    expect(await (await one.connect({ id: 'g' })).join('general')).toMatchObject({ members: { partial: true } })
    await expect.poll(() => ann.of(wire.members).at(-1), { timeout: 3_000 }).toMatchObject([{ count: 7 }])
  })

  test('S15 while the nodes are away a known room takes members and presences; the others hear of them afterwards', async () => {
    const { servers } = await startNodes(2, options)
    const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]]
    const ann = await joined(await one.connect({ id: 'ann' }))
    const bob = await joined(await two.connect({ id: 'bob' }))
    await expect.poll(() => ann.members).toEqual({ ann: null, bob: null })
    one.node.fail()
    const cys = await one.connect({ id: 'cy' })
    const cy = await joined(cys, { presence: away })
    await cys.ask(wire.volatile, { room: 'general', event: 'cursor', data: { x: 1, y: 1 } })
    expect(cy.members).toEqual({ ann: null, bob: null, cy: away })
    await expect.poll(() => ann.members).toEqual({ ann: null, bob: null, cy: away })
    expect(bob.members).toEqual({ ann: null, bob: null })
    one.node.restore()
    await expect.poll(() => bob.members).toEqual({ ann: null, bob: null, cy: away })
    for (const { context } of one.errors) expect(context.during).toBe('nodes')
  })
})

describe('typing and volatile events over nodes', () => {
  test('S14 reach the members on other nodes, and only nodes that have members; several at once go together', async () => {
    const { servers } = await startNodes(3, options)
    const [one, two, three] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
    const [ann, bob] = [await one.connect({ id: 'ann' }), await two.connect({ id: 'bob' })]
    for (const client of [ann, bob]) await client.join('general')
    for (const x of [1, 2, 3]) ann.socket.emit(wire.volatile, { room: 'general', event: 'cursor', data: { x, y: 0 } })
    await expect.poll(() => bob.of('cursor').map(([data]) => (data as { x: number }).x)).toEqual([1, 2, 3])
    expect(bob.of('cursor')[0]?.[1]).toEqual({
      $room: 'general',
      from: { id: 'ann', name: 'ann' },
      at: expect.any(Number) as number,
    })
    expect(ann.of('cursor')).toEqual([])
    expect(one.node.calls['send']).toBeLessThan(3)
    // A server without a member of the room.
    three.rooms.to('general').volatile.emit('cursor', { x: 4, y: 0 })
    for (const client of [ann, bob])
      await expect.poll(() => client.of('cursor').at(-1)).toMatchObject([{ x: 4 }, { from: null }])
    expect(three.node.subscribed.filter((room) => room === 'general')).toEqual([])
  })

  test('S17 typing is relayed to other nodes once, and ends when the user types on no node any more', async () => {
    const { servers } = await startNodes(2, options)
    const [one, two] = servers as [(typeof servers)[0], (typeof servers)[0]]
    const tabs = [await one.connect({ id: 'ann' }), await two.connect({ id: 'ann' })] as const
    const [here, there] = [await one.connect({ id: 'bob' }), await two.connect({ id: 'cy' })]
    for (const client of [...tabs, here, there]) await client.join('general')
    const typing = (client: Client) => client.of(wire.typing).map(([it]) => (it as { typing: boolean }).typing)
    await tabs[0].ask(wire.typing, { room: 'general', typing: true })
    for (const client of [here, there]) await expect.poll(() => typing(client)).toEqual([true])
    await tabs[1].ask(wire.typing, { room: 'general', typing: true })
    for (const client of [here, there]) await expect.poll(() => typing(client)).toEqual([true, true])
    await tabs[0].ask(wire.typing, { room: 'general', typing: false })
    await here.publish('general', texts(['later than the end of typing']))
    for (const client of [here, there]) {
      await expect.poll(() => words(client)).toHaveLength(1)
      expect(typing(client)).toEqual([true, true])
    }
    await tabs[1].ask(wire.typing, { room: 'general', typing: false })
    for (const client of [here, there]) await expect.poll(() => typing(client)).toEqual([true, true, false])
  })

  test('frames of another version are ignored, and reported once', async () => {
    const { hub, servers } = await startNodes(1, options)
    const ann = await servers[0]!.connect({ id: 'ann' })
    await ann.join('general')
    const other = hub.node()
    for (const text of ['[2,{"type":"new"}]', '{', '[1,{"type":"event","event":7}]', 'null', '[1,null]'])
      await other.send(text, 'general')
    await other.setMember('general', 'bob', '[9,"?"]')
    await other.send('[1,{"type":"event","event":"cursor","data":{"x":1,"y":1},"from":null}]', 'general')
    await expect.poll(() => ann.of('cursor')).toHaveLength(1)
    expect(servers[0]!.errors).toMatchObject([{ error: { code: 'UNSUPPORTED' }, context: { during: 'nodes' } }])
  })
})
