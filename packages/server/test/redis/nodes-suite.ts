import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { MembersChange, NodeOptions, Nodes } from '../../src/index.ts'

/** Nodes that reach each other, and what may happen to them. */
export interface NodesWorld<Node extends Nodes = Nodes> {
  createNode(): Node
  /** The process of the node ends without a word. */
  kill(node: Node): void
  /** The process of the node stands still until the others have removed its members, and then goes on. */
  freeze(node: Node, untilRemoved: () => Promise<void>): Promise<void>
  /** All members are forgotten, as after a failover to an empty server. */
  forget(): Promise<void>
  /** The connection of the node ends, and is back. */
  reconnect(node: Node): Promise<void>
}

const GRACE_MS = 400
/** Lists of strings, in one order. */
const inOrder = <T>(list: readonly T[]): T[] =>
  list.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
const NONE = { version: 0, count: 0 }
/** As the versions of forgotten members are apart. */
const FAR = 1_000_000

/** Quotes, separators of frames and keys, NUL, lone surrogates, an emoji, a combining sign, an empty name. */
const strangeTexts: readonly string[] = [
  '',
  ' ',
  'a b',
  'a\nb',
  '\n',
  '"',
  '\\',
  '{x}',
  '}{',
  '\u0000',
  '\ud800',
  '\udc00\ud800',
  '😀',
  'e\u0301',
  '\u2028',
  '*?[a]',
  '0',
  '-',
  '__proto__',
]

/** The behaviour of all implementations of `Nodes`. */
export function describeNodes<Node extends Nodes>(name: string, world: NodesWorld<Node>): void {
  let rooms = 0
  const newRoom = (): string => `room ${(rooms += 1)}`

  const startNode = async (info = '', graceMs = GRACE_MS) => {
    const node = world.createNode()
    const received: [message: string, from: string][] = []
    const options = {
      info,
      graceMs,
      maxBytes: 65_536,
      onMessage: (message, from) => void received.push([message, from]),
      onRestored: vi.fn<() => void>(),
      onMemberGone: vi.fn<NodeOptions['onMemberGone']>(),
      onError: vi.fn<(error: unknown) => void>(),
    } satisfies NodeOptions
    await node.start(options)
    onTestFinished(() => Promise.resolve(node.stop()).catch(() => {})) // the test may have ended the connection
    const listen = async (room: string) => {
      const heard = { changes: [] as MembersChange[], messages: [] as [string, string][], end: (): void => {} }
      heard.end = await node.subscribe(room, {
        onMessage: (message, from) => void heard.messages.push([message, from]),
        onMembers: (change) => void heard.changes.push(change),
      })
      return heard
    }
    return { node, received, listen, ...options }
  }
  const positionOf = async (node: Nodes, room: string) => (await node.memberPositions([room]))[0]
  const usersOf = async (node: Nodes, room: string) => {
    const { states } = await node.readMembers(room, 100_000)
    return inOrder((states ?? []).map(({ node: by, userId, state }) => [by, userId, state]))
  }

  describe(`${name}: the behaviour of all nodes`, () => {
    test('a user who is in a room by two nodes counts once, until both have removed the user', async () => {
      const [{ node: a }, { node: b }] = [await startNode(), await startNode()]
      const room = newRoom()
      const first = await a.setMember(room, 'ann', 'of a')
      expect(first).toMatchObject({ count: 1, wasMember: false, isMember: true })
      expect(await b.setMember(room, 'ann', 'of b')).toMatchObject({ count: 1, wasMember: true, isMember: true })
      expect(await b.setMember(room, 'bob', 'of b')).toMatchObject({ count: 2, wasMember: false, isMember: true })
      expect(await usersOf(a, room)).toEqual(
        inOrder([
          [a.id, 'ann', 'of a'],
          [b.id, 'ann', 'of b'],
          [b.id, 'bob', 'of b'],
        ]),
      )
      expect(await a.setMember(room, 'ann', undefined)).toMatchObject({ count: 2, wasMember: true, isMember: true })
      expect(await b.setMember(room, 'ann', undefined)).toMatchObject({ count: 1, wasMember: true, isMember: false })
      expect(await b.setMember(room, 'ann', undefined)).toMatchObject({ count: 1, wasMember: false, isMember: false })
      expect(await positionOf(a, room)).toEqual({ version: first.version + 4, count: 1 })
    })

    test('each change has the next version, and all subscribers hear all changes in this order', async () => {
      const nodes = [await startNode(), await startNode(), await startNode()]
      const room = newRoom()
      const heard = await Promise.all(nodes.map(({ listen }) => listen(room)))
      const answers = await Promise.all(
        Array.from({ length: 60 }, async (_, index) =>
          nodes[index % 3]?.node.setMember(room, `user ${index % 7}`, String(index)),
        ),
      )
      await expect.poll(() => heard.map(({ changes }) => changes.length)).toEqual([60, 60, 60])
      const [ofFirst] = heard
      for (const { changes } of heard) expect(changes).toEqual(ofFirst?.changes)
      const versions = ofFirst?.changes.map(({ version }) => version) ?? []
      expect(versions).toEqual(Array.from({ length: 60 }, (_, index) => (versions[0] ?? 0) + index))
      expect(new Set(answers.map((answer) => answer?.version))).toEqual(new Set(versions))
      const position = await positionOf(nodes[0]?.node as Nodes, room)
      expect(ofFirst?.changes.at(-1)).toMatchObject({ ...position })
    })

    test('a subscriber that hears every change knows the same members as a reader', async () => {
      const [{ node: a, listen }, { node: b }] = [await startNode(), await startNode()]
      const room = newRoom()
      const { changes } = await listen(room)
      for (const [node, userId, state] of [
        [a, 'ann', '1'],
        [b, 'ann', '2'],
        [b, 'bob', '1'],
        [a, 'ann', '3'],
        [b, 'bob', undefined],
        [b, 'cid', '{"x":1}'],
      ] as const)
        await node.setMember(room, userId, state)
      await expect.poll(() => changes.length).toBe(6)
      const known = new Map<string, string[]>()
      for (const { node, userId, state } of changes) {
        if (state === undefined) known.delete(`${node} ${userId}`)
        else known.set(`${node} ${userId}`, [node, userId, state])
      }
      expect(inOrder([...known.values()])).toEqual(await usersOf(b, room))
    })

    test('setting the same state again changes nothing and sends nothing', async () => {
      const { node, listen } = await startNode()
      const room = newRoom()
      const { changes } = await listen(room)
      const { version, count } = await node.setMember(room, 'ann', 'same')
      const again = { version, count, wasMember: true, isMember: true }
      expect(await node.setMember(room, 'ann', 'same')).toEqual(again)
      await node.setMember(room, 'ann', 'other')
      await expect.poll(() => changes.map(({ state }) => state)).toEqual(['same', 'other'])
    })

    test('a change that was lost on its way shows in the positions', async () => {
      const [{ node: a, listen }, { node: b }] = [await startNode(), await startNode()]
      const room = newRoom()
      const heard = await listen(room)
      await b.setMember(room, 'ann', '1')
      await expect.poll(() => heard.changes.length).toBe(1)
      heard.end()
      const { version } = await b.setMember(room, 'bob', '1')
      expect(heard.changes.at(-1)?.version).toBe(version - 1)
      expect(await positionOf(a, room)).toEqual({ version, count: 2 })
    })

    test('a room that all users have left has no record; its next version is far away', async () => {
      const { node, listen } = await startNode()
      const room = newRoom()
      const { changes } = await listen(room)
      expect(await positionOf(node, room)).toEqual(NONE)
      expect(await node.setMember(room, 'ann', undefined)).toEqual({ ...NONE, wasMember: false, isMember: false })
      const { version } = await node.setMember(room, 'ann', 'here')
      const left = await node.setMember(room, 'ann', undefined)
      expect(left).toEqual({ version: version + 1, count: 0, wasMember: true, isMember: false })
      expect(await positionOf(node, room)).toEqual(NONE)
      expect(await node.readMembers(room, 10)).toEqual({ ...NONE, states: [] })
      const again = await node.setMember(room, 'ann', 'here')
      expect(Math.abs(again.version - version)).toBeGreaterThan(FAR)
      await expect.poll(() => changes.length).toBe(3)
    })

    test('reads the members only where the room has not more users than the limit', async () => {
      const { node } = await startNode()
      const room = newRoom()
      for (const userId of ['ann', 'bob', 'cid']) await node.setMember(room, userId, 'here')
      expect((await node.readMembers(room, 3)).states).toHaveLength(3)
      const position = await positionOf(node, room)
      expect(await node.readMembers(room, 2)).toEqual({ ...position, count: 3, states: undefined })
    })

    test('reads the positions of many rooms at once, in the order of the names', async () => {
      const { node } = await startNode()
      const names = Array.from({ length: 50 }, newRoom)
      const set = await Promise.all(
        names.map(async (room, index) => (index % 3 === 0 ? undefined : await node.setMember(room, 'ann', 'here'))),
      )
      const expected = set.map((answer) => (answer ? { version: answer.version, count: 1 } : NONE))
      expect(await node.memberPositions(names)).toEqual(expected)
      expect(await node.memberPositions([names[1] ?? '', names[1] ?? ''])).toEqual([expected[1], expected[1]])
      expect(await node.memberPositions([])).toEqual([])
    })

    test('finds the rooms that have members, with the number of users', async () => {
      const [{ node: a }, { node: b }] = [await startNode(), await startNode()]
      const names = Array.from({ length: 300 }, newRoom)
      const [left = ''] = names
      await Promise.all(names.map(async (room) => await a.setMember(room, 'ann', 'here')))
      await Promise.all(names.slice(0, 100).map(async (room) => await b.setMember(room, 'bob', 'here')))
      for (const [node, userId] of [
        [a, 'ann'],
        [b, 'bob'],
      ] as const)
        await node.setMember(left, userId, undefined)
      const found = new Map<string, number>()
      for await (const room of b.rooms()) found.set(room.name, room.members)
      expect(names.map((room) => found.get(room))).toEqual(
        names.map((_, index) => (index === 0 ? undefined : index < 100 ? 2 : 1)),
      )
    })

    test('names of rooms, ids of users, states and messages may hold any character', async () => {
      const [{ node: a, received: receivedByA }, { node: b, listen }] = [await startNode(), await startNode()]
      const names = strangeTexts.map((text) => `${newRoom()}${text}`)
      const heard = await Promise.all(names.map((room) => listen(room)))
      for (const room of names) {
        for (const text of strangeTexts) {
          await a.setMember(room, text, `a${text}`)
          await b.setMember(room, text, text)
        }
      }
      for (const room of names) {
        const expected = strangeTexts.flatMap((text) => [
          [a.id, text, `a${text}`],
          [b.id, text, text],
        ])
        expect(await usersOf(a, room)).toEqual(inOrder(expected))
        expect(await positionOf(a, room)).toMatchObject({ count: strangeTexts.length })
      }
      await expect
        .poll(() => heard.map(({ changes }) => changes.length))
        .toEqual(names.map(() => 2 * strangeTexts.length))
      for (const { changes } of heard)
        expect(changes.filter(({ node }) => node === b.id).map(({ userId, state }) => [userId, state])).toEqual(
          strangeTexts.map((text) => [text, text]),
        )
      for (const text of strangeTexts) {
        await a.send(text, names[0])
        await b.send(text)
      }
      await expect.poll(() => heard[0]?.messages).toEqual(strangeTexts.map((text) => [text, a.id]))
      await expect.poll(() => receivedByA).toEqual(strangeTexts.map((text) => [text, b.id]))
      const found = new Set<string>()
      for await (const { name: room } of a.rooms()) found.add(room)
      expect(names.filter((room) => !found.has(room))).toEqual([])
    })

    test('a message to all nodes reaches the other nodes in the order of the calls, and not its sender', async () => {
      const [a, b, c] = [await startNode(), await startNode(), await startNode()]
      const messages = Array.from({ length: 50 }, (_, index) => `message ${index}`)
      await Promise.all(messages.map(async (message) => await a.node.send(message)))
      const expected = messages.map((message) => [message, a.node.id])
      await expect.poll(() => b.received).toEqual(expected)
      await expect.poll(() => c.received).toEqual(expected)
      await b.node.send('back')
      await expect.poll(() => a.received).toEqual([['back', b.node.id]])
    })

    test('a message to a room reaches the other nodes that have subscribed to it, until they unsubscribe', async () => {
      const [a, b, c] = [await startNode(), await startNode(), await startNode()]
      const room = newRoom()
      const [byA, byB, twiceByB] = [await a.listen(room), await b.listen(room), await b.listen(room)]
      const other = await c.listen(newRoom())
      await a.node.send('one', room)
      await expect.poll(() => byB.messages).toEqual([['one', a.node.id]])
      await expect.poll(() => twiceByB.messages).toEqual([['one', a.node.id]])
      byB.end()
      byB.end()
      await a.node.send('two', room)
      await expect.poll(() => twiceByB.messages.length).toBe(2)
      expect(byB.messages).toHaveLength(1)
      twiceByB.end()
      const again = await b.listen(room)
      await a.node.send('three', room)
      await expect.poll(() => again.messages).toEqual([['three', a.node.id]])
      expect([byA.messages, other.messages, a.received, b.received, c.received]).toEqual([[], [], [], [], []])
    })

    test('lists the nodes that are alive, with what they tell of themselves', async () => {
      const info = (name: string): string => `{"of":"${name} \n \u0000 \ud800"}`
      const [a, b] = [await startNode(info('a')), await startNode(info('b'))]
      const listed = async (): Promise<unknown[]> =>
        (await a.node.list()).filter(({ id }) => id === a.node.id || id === b.node.id).map((one) => one.info)
      expect(inOrder(await listed())).toEqual([info('a'), info('b')])
      await b.node.stop()
      expect(await listed()).toEqual([info('a')])
    })

    test.each(['stopped', 'died'])(
      'the members of a node that has %s are removed after the grace, once',
      async (how) => {
        const watchers = [await startNode(), await startNode()]
        const ended = await startNode()
        const names = Array.from({ length: 30 }, newRoom)
        const [room = '', shared = ''] = names
        const watching = watchers[0] as (typeof watchers)[number]
        for (const name of names) await ended.node.setMember(name, 'ann', `state in ${name}`)
        const inShared = await watching.node.setMember(shared, 'ann', 'stays')
        const heard = await watching.listen(room)
        const heardShared = await watching.listen(shared)
        const endedAt = performance.now()
        if (how === 'stopped') await ended.node.stop()
        else world.kill(ended.node)
        expect(await positionOf(watching.node, room)).toMatchObject({ count: 1 })
        const count = async () => (await watching.node.memberPositions(names)).reduce((sum, one) => sum + one.count, 0)
        await expect.poll(count).toBe(1)
        expect(performance.now() - endedAt).toBeGreaterThan(GRACE_MS * 0.9)
        await expect.poll(() => heard.changes.length).toBe(1)
        expect(heard.changes[0]).toMatchObject({ node: ended.node.id, userId: 'ann', state: undefined, count: 0 })
        await expect.poll(() => heardShared.changes.length).toBe(1)
        expect(heardShared.changes[0]).toMatchObject({ node: ended.node.id, version: inShared.version + 1, count: 1 })
        const gone = () =>
          watchers
            .flatMap(({ onMemberGone }) => onMemberGone.mock.calls.map(([member]) => member))
            .filter((member) => names.includes(member.room))
        const expected = names
          .filter((name) => name !== shared)
          .map((name) => ({ room: name, userId: 'ann', state: `state in ${name}` }))
        await expect.poll(() => gone().length).toBe(expected.length)
        expect(new Set(gone().map((member) => JSON.stringify(member)))).toEqual(
          new Set(expected.map((member) => JSON.stringify(member))),
        )
        expect(await usersOf(watching.node, shared)).toEqual([[watching.node.id, 'ann', 'stays']])
      },
    )

    test('a node that stood still, and was taken for dead, hears of it and sets its members again', async () => {
      const [watching, frozen] = [await startNode(), await startNode()]
      const room = newRoom()
      const before = await frozen.node.setMember(room, 'ann', 'here')
      await frozen.node.setMember(room, 'bob', 'here')
      frozen.onRestored.mockImplementation(() => void frozen.node.setMember(room, 'ann', 'here'))
      await world.freeze(frozen.node, async () => {
        await expect.poll(() => positionOf(watching.node, room)).toEqual(NONE)
      })
      await expect.poll(() => frozen.onRestored.mock.calls.length).toBeGreaterThan(0)
      await expect.poll(() => usersOf(watching.node, room)).toEqual([[frozen.node.id, 'ann', 'here']])
      const { version = 0 } = (await positionOf(watching.node, room)) ?? {}
      expect(Math.abs(version - before.version)).toBeGreaterThan(FAR)
    })

    test('after all members were forgotten, nodes hear of it; the versions are far away', async () => {
      const [a, b] = [await startNode(), await startNode()]
      const room = newRoom()
      const before = await a.node.setMember(room, 'ann', 'here')
      await world.forget()
      expect(await positionOf(b.node, room)).toEqual(NONE)
      await expect.poll(() => Math.min(a.onRestored.mock.calls.length, b.onRestored.mock.calls.length)).toBe(1)
      const again = await a.node.setMember(room, 'ann', 'here')
      expect(again).toMatchObject({ count: 1, wasMember: false })
      expect(Math.abs(again.version - before.version)).toBeGreaterThan(FAR)
    })

    test('a node whose connection was away hears of it once it is back, and goes on with its subscriptions', async () => {
      const [a, b] = [await startNode(), await startNode()]
      const room = newRoom()
      const heard = await b.listen(room)
      await world.reconnect(b.node)
      await expect.poll(() => b.onRestored.mock.calls.length).toBeGreaterThan(0)
      // The connections of both nodes were away.
      for (const call of [
        () => a.node.setMember(room, 'ann', 'here'),
        () => a.node.send('to the room', room),
        () => a.node.send('to all'),
      ])
        await expect.poll(async () => await call()).not.toBeInstanceOf(Error)
      await expect.poll(() => heard.changes.length).toBe(1)
      await expect
        .poll(() => [heard.messages, b.received])
        .toEqual([[['to the room', a.node.id]], [['to all', a.node.id]]])
    })

    test('a node that has stopped calls no listener, and its calls reject', async () => {
      const [a, b] = [await startNode(), await startNode()]
      const room = newRoom()
      const heard = await b.listen(room)
      await b.node.stop()
      await a.node.send('to the room', room)
      await a.node.send('to all')
      await a.node.setMember(room, 'ann', 'here')
      await expect(Promise.resolve(b.node.setMember(room, 'bob', 'here'))).rejects.toThrow('stopped')
      await expect(Promise.resolve(b.node.readMembers(room, 10))).rejects.toThrow('stopped')
      await expect(Promise.resolve(b.node.send('late'))).rejects.toThrow('stopped')
      expect(await positionOf(a.node, room)).toMatchObject({ count: 1 })
      expect([heard.messages, heard.changes, b.received]).toEqual([[], [], []])
      await b.node.stop()
    })
  })
}
