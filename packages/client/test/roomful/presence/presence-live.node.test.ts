import { createPresence, defineContract, type Member, type Room, ValidationError } from '@roomful/client'
import { createRooms, memoryLog } from '@roomful/server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { recordRoom } from '../../rooms/support/record-room.ts'
import { startPlain } from '../../rooms/support/plain-server.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { recordInspect, startClient, startRoomful, until } from '../../support/test-client.ts'
import { startServer } from '../../support/test-server.ts'
import { type Lobby, startLobby } from './support/start-lobby.ts'

type Members = ReadonlyMap<string, Member<Lobby>>
const shown = (members: Members) => [...members].map(([id, { presence }]) => `${id} ${presence?.status ?? '-'}`)
const othersIn = (room: Room<Lobby>) => shown(createPresence(room).others.getState())
const selfOf = (room: Room<Lobby>) => createPresence(room).self.getState()
const selfIn = (room: Room<Lobby>) => selfOf(room)?.presence?.status

function record(room: Room<Lobby>): string[] {
  const heard: string[] = []
  for (const type of ['enter', 'leave', 'update'] as const)
    createPresence(room).on(type, ({ user, presence }) => heard.push(`${type} ${user.id} ${presence?.status ?? '-'}`))
  return heard
}

describe('two in a room', () => {
  test('PR2 PR3 PR8 see what the other says, as the contract reads it', async () => {
    const { connect } = await startLobby()
    const [ann, bob] = await Promise.all([connect('ann').join('general'), connect('bob').join('general')])
    await expect.poll(() => othersIn(bob)).toEqual(['ann -'])
    const heard = record(bob)
    createPresence(ann).set({ status: 'away' })
    expect(createPresence(ann).state.getState()).toEqual({ presence: { status: 'away', note: '' }, error: undefined })
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
    await expect.poll(() => selfIn(ann)).toBe('away')
    createPresence(ann).clear()
    await expect.poll(() => othersIn(bob)).toEqual(['ann -'])
    await ann.leave()
    await expect.poll(() => heard).toEqual(['update ann away', 'update ann -', 'leave ann -'])
    expect(bob.members.getState().get('bob')?.presence).toBeUndefined()
  })
  test('PR4 the first join carries what was set before it', async () => {
    const { connect } = await startLobby()
    const bob = await connect('bob').join('general')
    const heard = record(bob)
    const client = connect('ann')
    const room = client.room('general')
    createPresence(room).set({ status: 'busy' })
    expect(client.status).toBe('idle')
    await room.join()
    await expect.poll(() => heard).toEqual(['enter ann busy'])
  })
  test('PR3 see the last of a hundred states', async () => {
    const { connect } = await startLobby()
    const { inspect, ofType } = recordInspect()
    const ann = await connect('ann', { inspect }).join('general')
    const bob = await connect('bob').join('general')
    for (let n = 0; n < 100; n += 1) createPresence(ann).set({ status: `${n}` })
    await expect.poll(() => othersIn(bob)).toEqual(['ann 99'])
    expect(ofType('out').filter(({ event }) => event === '$presence')).toHaveLength(2)
  })
  test('PR7 are both there once, however many tabs they have; the newest state counts', async () => {
    const { connect } = await startLobby()
    const [first, second] = [connect('ann'), connect('ann')]
    const [one, two, bob] = await Promise.all([first, second, connect('bob')].map((client) => client.join('general')))
    createPresence(one!).set({ status: 'first' })
    await expect.poll(() => othersIn(bob!)).toEqual(['ann first'])
    const heard = record(bob!)
    createPresence(two!).set({ status: 'second' })
    await expect.poll(() => [selfIn(one!), selfIn(two!)]).toEqual(['second', 'second'])
    expect([othersIn(one!), othersIn(two!)]).toEqual([['bob -'], ['bob -']])
    expect(createPresence(one!).state.getState().presence?.status).toBe('first') // what this page said
    await two!.leave()
    await expect.poll(() => heard).toEqual(['update ann second', 'update ann first'])
  })
})

describe('PR4 PR8 an outage', () => {
  test('of one is not heard by the other, nor is that the other is still there', async () => {
    const { connect, cut } = await startLobby()
    const ann = await connect('ann').join('general')
    const bob = await connect('bob').join('general')
    createPresence(ann).set({ status: 'away' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
    await expect.poll(() => selfIn(ann)).toBe('away')
    const [heardByAnn, heardByBob, statuses] = [record(ann), record(bob), recordRoom(ann)]
    const before = ann.members.getState()
    cut('ann')
    await expect.poll(() => statuses).toEqual(['joined', 'suspended', 'joining', 'joined'])
    createPresence(ann).set({ status: 'back' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann back'])
    expect(heardByBob).toEqual(['update ann back'])
    expect(heardByAnn).toEqual([])
    expect(ann.members.getState().get('bob')).toBe(before.get('bob')) // RM9
  })
  test('of the server, with all that it knew: everybody says it again with their join', async () => {
    const { connect, server } = await startLobby()
    const [ann, bob] = await Promise.all([connect('ann').join('general'), connect('bob').join('general')])
    createPresence(ann).set({ status: 'away' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
    await server.restart()
    await expect.poll(() => [bob.status, ann.status]).toEqual(['joined', 'joined'])
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
  })
  test('of the server, whose next deployment takes less: that is heard of', async () => {
    const limits = { presenceBytes: 200 }
    let accepts = z.string()
    const server = await startServer({
      configure: (io) => {
        const contract = defineContract({ room: {}, presence: z.object({ status: accepts }) })
        createRooms(io, { contract, log: memoryLog(), limits })
      },
    })
    const [ann, long] = await Promise.all([1, 2].map(() => startClient(server.url).join('general')))
    const said = [createPresence(ann!), createPresence(long!)] as const
    said[0].set({ status: 'away' } as never)
    said[1].set({ status: 'x'.repeat(100) } as never)
    await expect.poll(() => [...ann!.members.getState().values()].filter(({ presence }) => presence)).toHaveLength(2)
    limits.presenceBytes = 100
    accepts = z.string().max(3)
    await server.restart()
    await expect.poll(() => said.map(({ state }) => state.getState().error?.code)).toEqual(['SHAPE', 'TOO_LARGE'])
  })
  test('PR8 that another user comes back from: the one before was ourselves', async () => {
    const { connect } = await startLobby()
    await connect('bob').join('general')
    let name = 'ann'
    const client = connect('', { auth: () => ({ name }) })
    const room = await client.join('general')
    const heard = record(room)
    client.disconnect()
    name = 'cy'
    await client.connect()
    await expect.poll(() => selfOf(room)?.user.id).toBe('cy')
    expect(heard).toEqual([])
  })
  test('PR6 that another user comes back from: what the one before said is not theirs', async () => {
    const { connect } = await startLobby()
    const bob = await connect('bob').join('general')
    let name = 'ann'
    const client = connect('', { auth: () => ({ name }) })
    const room = await client.join('general')
    createPresence(room).set({ status: 'away' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
    client.disconnect()
    name = 'cy'
    await client.connect()
    await expect.poll(() => othersIn(bob)).toEqual(['cy -'])
    await expect.poll(() => selfOf(room)?.user.id).toBe('cy')
    expect(othersIn(room)).toEqual(['bob -'])
    expect(createPresence(room).state.getState().presence).toBeUndefined()
    createPresence(room).set({ status: 'away' })
    await expect.poll(() => othersIn(bob)).toEqual(['cy away'])
  })
})

describe('PR3 a server that says that we are not in', () => {
  test('is asked to let us in again, with what we say', async () => {
    const { url, server, dataOf } = await startScript({ hello: { capabilities: ['presence'] } })
    server.io.on('connection', (socket) =>
      socket.on('$presence', (_request, acknowledge) => acknowledge({ ok: false, code: 'NOT_MEMBER' })),
    )
    const room = await startRoomful(url).join('general')
    createPresence(room).set({ status: 'away' } as never)
    await expect.poll(() => dataOf('$join')).toMatchObject([{ room: 'general' }, { presence: { status: 'away' } }])
  })
})

describe('PR6 a room that is left while a message of ours is under way', () => {
  test('is joined again without what was said before', async () => {
    let finish = (): void => {}
    const { connect, rooms } = await startLobby()
    rooms.handle('message', () => new Promise<void>((resolve) => (finish = resolve)))
    const ann = await connect('ann').join('general')
    const bob = await connect('bob').join('general')
    createPresence(ann).set({ status: 'busy' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann busy'])
    void ann.emit('message', { text: 'hello' })
    await ann.leave()
    await ann.join()
    await expect.poll(() => othersIn(bob)).toEqual(['ann -'])
    finish()
  })
})

describe('PR5 what cannot be said', () => {
  test('is refused here where the connection would not survive it', async () => {
    const { connect } = await startLobby()
    const { inspect, ofType } = recordInspect()
    const client = connect('ann', { inspect })
    const { set, state } = createPresence(client.room('general'))
    set({ status: 'busy', note: '€'.repeat(400_000) }) // more than maxHttpBufferSize
    await client.join('general')
    expect(state.getState().error?.code).toBe('TOO_LARGE')
    set({ status: 'busy' })
    await expect.poll(() => selfIn(client.room('general'))).toBe('busy')
    expect(ofType('connection').map(({ to }) => to.status)).toEqual(['connecting', 'connected'])
  })
  test('is refused here where the contract does not accept it', async () => {
    const { connect } = await startLobby()
    const room = await connect('ann').join('general')
    expect(() => createPresence(room).set({ status: 5 } as never)).toThrow(
      expect.toSatisfy((error) => error instanceof ValidationError && error.issues[0]?.path?.[0] === 'status'),
    )
    expect(createPresence(room).state.getState()).toEqual({ presence: undefined, error: undefined })
  })
  test('is refused by the server: too much, and what its own contract does not accept; the last one stands', async () => {
    const contract = defineContract({ room: {}, presence: z.object({ status: z.enum(['busy', 'x'.repeat(5_000)]) }) })
    const server = await startServer({
      configure: (io) =>
        void createRooms(io, {
          contract,
          log: memoryLog(),
          authenticate: ({ auth }) => ({ id: String(auth['name']) }),
        }),
    })
    const client = (name: string) => startClient(server.url, { auth: { name } })
    const join = (name: string) => client(name).join('general') as unknown as Promise<Room<Lobby>>
    const [ann, bob] = await Promise.all([join('ann'), join('bob')])
    const { set, state } = createPresence(ann)
    set({ status: 'busy' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann busy'])
    set({ status: 'x'.repeat(5_000) })
    await expect.poll(() => state.getState().error?.code).toBe('TOO_LARGE')
    set({ status: 'idle' })
    expect(state.getState().error).toBeUndefined()
    await expect.poll(() => state.getState().error?.code).toBe('SHAPE')
    expect(othersIn(bob)).toEqual(['ann busy'])
    const late = client('cy').room('general') as unknown as Room<Lobby>
    createPresence(late).set({ status: 'idle' })
    await late.join() // the join is not refused with it
    await expect.poll(() => createPresence(late).state.getState().error?.code).toBe('SHAPE')
    await expect.poll(() => othersIn(bob)).toEqual(['ann busy', 'cy -'])
  })
  test('is UNSUPPORTED on a plain server, which hears nothing of it', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url)
    const room = client.room('general')
    const { set, state, self, others } = createPresence(room)
    set({ status: 'away' } as never)
    await until(client, 'idle')
    expect(state.getState().error).toBeUndefined()
    await room.join()
    expect(state.getState().error).toMatchObject({ code: 'UNSUPPORTED' })
    await room.leave()
    expect(words()).toEqual(['join general', 'leave general'])
    expect([self.getState(), others.getState().size]).toEqual([undefined, 0])
  })
})
