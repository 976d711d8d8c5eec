import { type Client, createPresence, defineContract, type Member, type Room, ValidationError } from '@roomful/client'
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

/** The room, joined for a holder: it is joined again for another user. */
async function retained(client: Client<Lobby>): Promise<Room<Lobby>> {
  const room = client.room('general')
  room.retain()
  await expect.poll(() => room.status).toBe('joined')
  return room
}

/** The events of the other members. */
function record(room: Room<Lobby>): string[] {
  const heard: string[] = []
  for (const type of ['enter', 'leave', 'update'] as const)
    createPresence(room).on(type, ({ user, presence }) => heard.push(`${type} ${user.id} ${presence?.status ?? '-'}`))
  return heard
}

describe('two members of a room', () => {
  test('PR2 PR3 PR8 see each other’s presence as the contract parses it', async () => {
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
  test('PR4 see a presence that was set before the first join, from that join on', async () => {
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
  test('PR3 see the last of a hundred presences', async () => {
    const { connect } = await startLobby()
    const { inspect, ofType } = recordInspect()
    const ann = await connect('ann', { inspect }).join('general')
    const bob = await connect('bob').join('general')
    for (let n = 0; n < 100; n += 1) createPresence(ann).set({ status: `${n}` })
    await expect.poll(() => othersIn(bob)).toEqual(['ann 99'])
    expect(ofType('out').filter(({ event }) => event === '$presence')).toHaveLength(2)
  })
  test('PR7 are listed once each, however many pages they have; the newest presence counts', async () => {
    const { connect } = await startLobby()
    const [first, second] = [connect('ann'), connect('ann')]
    const [one, two, bob] = await Promise.all([first, second, connect('bob')].map((client) => client.join('general')))
    createPresence(one!).set({ status: 'first' })
    await expect.poll(() => othersIn(bob!)).toEqual(['ann first'])
    const heard = record(bob!)
    createPresence(two!).set({ status: 'second' })
    await expect.poll(() => [selfIn(one!), selfIn(two!)]).toEqual(['second', 'second'])
    expect([othersIn(one!), othersIn(two!)]).toEqual([['bob -'], ['bob -']])
    expect(createPresence(one!).state.getState().presence?.status).toBe('first') // of this page
    await two!.leave()
    await expect.poll(() => heard).toEqual(['update ann second', 'update ann first'])
  })
})

describe('PR4 PR8 after an outage', () => {
  test('of one member, neither of the two gets an event for it', async () => {
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
  test('of a server that lost its state, the joins bring the presences back', async () => {
    const { connect, server } = await startLobby()
    const [ann, bob] = await Promise.all([connect('ann').join('general'), connect('bob').join('general')])
    createPresence(ann).set({ status: 'away' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
    await server.restart()
    await expect.poll(() => [bob.status, ann.status]).toEqual(['joined', 'joined'])
    await expect.poll(() => othersIn(bob)).toEqual(['ann away'])
  })
  test('of a server that accepts less afterwards, the refusal is shown', async () => {
    const limits = { presenceBytes: 200 }
    let accepts = z.string()
    const server = await startServer({
      configure: (io) => {
        const contract = defineContract({ room: {}, presence: z.object({ status: accepts }) })
        createRooms(io, { contract, log: memoryLog(), limits })
      },
    })
    const rooms = await Promise.all([1, 2].map(() => startRoomful(server.url).join('general')))
    const presences = rooms.map((room) => createPresence(room))
    presences[0]!.set({ status: 'away' } as never)
    presences[1]!.set({ status: 'x'.repeat(100) } as never)
    const members = () => [...rooms[0]!.members.getState().values()]
    await expect.poll(() => members().filter(({ presence }) => presence)).toHaveLength(2)
    limits.presenceBytes = 100
    accepts = z.string().max(3)
    await server.restart()
    const codes = () => presences.map(({ state }) => state.getState().error?.code)
    await expect.poll(codes).toEqual(['SHAPE', 'TOO_LARGE'])
  })
  test('PR8 in which the user changed, no event is about the first user', async () => {
    const { connect } = await startLobby()
    await connect('bob').join('general')
    let name = 'ann'
    const client = connect('', { auth: () => ({ name }) })
    const room = await retained(client)
    const heard = record(room)
    client.disconnect()
    name = 'cy'
    await client.connect()
    await expect.poll(() => selfOf(room)?.user.id).toBe('cy')
    expect(heard).toEqual([])
  })
  test('PR6 in which the user changed, the first user’s presence is gone', async () => {
    const { connect } = await startLobby()
    const bob = await connect('bob').join('general')
    let name = 'ann'
    const client = connect('', { auth: () => ({ name }) })
    const room = await retained(client)
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

describe('PR3 NOT_MEMBER', () => {
  test('makes the client join again, with the presence', async () => {
    const { url, server, dataOf } = await startScript({ hello: { capabilities: ['presence'] } })
    server.io.on('connection', (socket) =>
      socket.on('$presence', (_request, acknowledge) => acknowledge({ ok: false, code: 'NOT_MEMBER' })),
    )
    const room = await startRoomful(url).join('general')
    createPresence(room).set({ status: 'away' } as never)
    await expect.poll(() => dataOf('$join')).toMatchObject([{ room: 'general' }, { presence: { status: 'away' } }])
  })
})

describe('PR6 a room that is left while one of its messages is being sent', () => {
  test('is joined again without the earlier presence', async () => {
    let finish = (): void => {}
    const { connect, rooms } = await startLobby()
    rooms.handle('message', () => new Promise<void>((resolve) => (finish = resolve)))
    const ann = await connect('ann').join('general')
    const bob = await connect('bob').join('general')
    createPresence(ann).set({ status: 'busy' })
    await expect.poll(() => othersIn(bob)).toEqual(['ann busy'])
    const sent = ann.emit('message', { text: 'hello' })
    await ann.leave()
    await ann.join()
    await expect.poll(() => othersIn(bob)).toEqual(['ann -'])
    finish()
    await sent
  })
})

describe('PR5 a presence', () => {
  test('that would end the connection is refused by the client', async () => {
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
  test('that the contract does not accept is refused by `set`', async () => {
    const { connect } = await startLobby()
    const room = await connect('ann').join('general')
    expect(() => createPresence(room).set({ status: 5 } as never)).toThrow(
      expect.toSatisfy((error) => error instanceof ValidationError && error.issues[0]?.path?.[0] === 'status'),
    )
    expect(createPresence(room).state.getState()).toEqual({ presence: undefined, error: undefined })
  })
  test('that the server refuses leaves the accepted one, and refuses no join', async () => {
    const contract = defineContract({ room: {}, presence: z.object({ status: z.enum(['busy', 'x'.repeat(5_000)]) }) })
    const server = await startServer({
      configure: (io) =>
        void createRooms(io, {
          contract,
          log: memoryLog(),
          authenticate: ({ auth }) => ({ id: String(auth['name']) }),
        }),
    })
    const client = (name: string) => startRoomful(server.url, { auth: { name } })
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
    await late.join() // which the server accepts
    await expect.poll(() => createPresence(late).state.getState().error?.code).toBe('SHAPE')
    await expect.poll(() => othersIn(bob)).toEqual(['ann busy', 'cy -'])
  })
  test('is UNSUPPORTED with plainRooms(), and nothing is sent', async () => {
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
