import { type Client, createPresence, type Room } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { collectGarbage, countAlive } from '../support/collect-garbage.ts'
import { eventually } from '../support/eventually.ts'
import { startClient, startRoomful } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

const ROOMS = 1_000
const servers = [
  ['plainRooms()', async () => startClient((await startPlain()).url)],
  ['roomful()', async () => startRoomful((await startScript()).url)],
] as const

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `room ${index}`)
const refsOf = (client: Client, rooms: readonly string[]) => rooms.map((name) => new WeakRef(client.room(name)))

type Use = readonly [what: string, listen: (room: Room, received: unknown[]) => () => void]
const MEMBERS: Use = ['a listener of its members', (room) => room.members.subscribe(() => {})]

describe.each(servers)('LC3 with %s', (rooms, start) => {
  test('1,000 rooms that were joined and left are garbage collected', async () => {
    const client = await start()
    await Promise.all(names(ROOMS).map((name) => client.join(name)))
    const refs = refsOf(client, names(ROOMS))
    expect(await countAlive(refs)).toBe(ROOMS)
    await Promise.all(names(ROOMS).map((name) => client.leave(name)))
    await expect.poll(() => countAlive(refs)).toBe(0)
  })

  test('rooms that were held and released, and rooms that were only named, are garbage collected', async () => {
    const client = await start()
    const releases = names(100).map((name) => client.room(name).retain())
    await eventually(() =>
      expect(names(100).map((name) => client.room(name).status)).toEqual(Array(100).fill('joined')),
    )
    const refs = [...refsOf(client, names(100)), new WeakRef(client.room('named'))]
    releases.splice(0).forEach((release) => release())
    await expect.poll(() => countAlive(refs)).toBe(0)
  })

  test('a name gives the same object as long as the app refers to it', async () => {
    const client = await start()
    const room = await client.join('general')
    await room.leave()
    await collectGarbage()
    expect(client.room('general')).toBe(room)
    const states: string[] = []
    room.state.subscribe(({ status }) => states.push(status))
    await client.join('general')
    expect(states).toEqual(['joining', 'joined'])
  })

  const uses: Use[] = [
    ['an event listener', (room, received) => room.on('message', () => received.push('message'))],
    ['a listener of its state', (room, received) => room.state.subscribe(({ status }) => received.push(status))],
    // A plain server lists no members.
    ...(rooms === 'roomful()' ? [MEMBERS] : []),
  ]
  test.each(uses)('a room that is left is kept while it has %s', async (_what, listen) => {
    const client = await start()
    const received: unknown[] = []
    const subscribe = async () => {
      const room = await client.join('general')
      await room.leave()
      listen(room, received) // without a reference to the undo, which refers to the room
      return new WeakRef(room)
    }
    const ref = await subscribe()
    expect(await countAlive([ref])).toBe(1)
    await client.join('general')
    expect(ref.deref() === client.room('general')).toBe(true)
  })

  test.each(uses)('a room that had %s is garbage collected', async (_what, listen) => {
    const client = await start()
    const subscribe = async () => {
      const room = await client.join('general')
      const off = listen(room, [])
      await room.leave()
      off()
      return new WeakRef(room)
    }
    const ref = await subscribe()
    await expect.poll(() => countAlive([ref])).toBe(0)
  })
})

describe('LC3 with roomful()', () => {
  test('a room that is left is kept while a message of it is queued', async () => {
    const script = await startScript()
    const client = startRoomful(script.url)
    const emit = async () => {
      const room = await client.join('general')
      await script.server.close()
      await eventually(() => expect(client.status).toBe('reconnecting'))
      const receipt = room.emit('message', 'queued')
      await room.leave()
      return { receipt, ref: new WeakRef(room) }
    }
    const { receipt, ref } = await emit()
    expect(await countAlive([ref])).toBe(1)
    await script.server.restart()
    await expect(receipt).resolves.toMatchObject({ confirmed: true })
    await expect.poll(() => countAlive([ref])).toBe(0)
  })

  test('a room that is not joined is kept while a presence is set, which its join carries', async () => {
    const { url, dataOf } = await startScript({ hello: { capabilities: ['presence'] } })
    const client = startRoomful(url, { autoConnect: false, ackTimeoutMs: 100 })
    createPresence(client.room('general')).set({ status: 'away' } as never)
    const refs = [new WeakRef(client.room('general'))]
    expect(await countAlive(refs)).toBe(1)
    await client.connect()
    await client.join('general')
    expect(dataOf('$join')).toMatchObject([{ presence: { status: 'away' } }])
    createPresence(client.room('general')).clear()
    await client.leave('general')
    await expect.poll(() => countAlive(refs)).toBe(0)
  })
})
