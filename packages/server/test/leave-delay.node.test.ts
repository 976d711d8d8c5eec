import { type JoinAnswer, type MembersDelta, wire } from '@roomful/contract/protocol'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { refuse, type RoomsOptions } from '../src/index.ts'
import { LeaveDelay } from '../src/rooms/members/leave-delay.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, gate, type Running, startRooms } from './support/start-rooms.ts'

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }
const away = { status: 'away' }

const deltas = (client: Client) => client.of(wire.members).map(([delta]) => delta as MembersDelta)
const changes = (client: Client) => deltas(client).map(({ set, gone }) => ({ set, gone }))
const joinWith = (client: Client, presence: unknown) => client.ask<JoinAnswer>(wire.join, { room: 'general', presence })

/** Waits until all messages under way have arrived. */
async function arrived(io: Running<typeof chat>['io'], client: Client): Promise<void> {
  const marked = new Promise((resolve) => client.socket.once('mark', resolve))
  io.emit('mark')
  await marked
}

/** Waits until the server noticed the end of the connection, without moving the clock. */
async function goes(io: Running<typeof chat>['io'], client: Client, go: (client: Client) => unknown): Promise<unknown> {
  const socket = io.sockets.sockets.get(client.socket.id ?? '')
  const reason = new Promise((resolve) => socket?.once('disconnect', resolve))
  go(client)
  return await reason
}

/** Breaks the connection. */
async function cut(io: Running<typeof chat>['io'], client: Client): Promise<void> {
  expect(await goes(io, client, ({ socket }) => socket.io.engine.close())).toBe('transport close')
}

describe('a lost connection', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  async function annAndBob(options: Partial<RoomsOptions<typeof chat>> = {}) {
    const running = await startRooms({ contract: chat, authenticate: believe, ...options })
    const watcher = await running.connect(bob)
    await watcher.join('general')
    const one = await running.connect(ann)
    await joinWith(one, away)
    await expect.poll(() => changes(watcher)).toEqual([{ set: [{ user: ann, presence: away }] }])
    return { ...running, watcher, one }
  }

  test('S16 a user who reconnects in time never left for the others, and the presence is kept', async () => {
    const { io, connect, watcher, one } = await annAndBob()
    await cut(io, one)
    vi.advanceTimersByTime(4_000) // and some more by each poll
    const again = await connect(ann)
    const { members } = await again.join('general')
    expect(members?.list).toEqual([{ user: bob }, { user: ann, presence: away }])
    await joinWith(again, away)
    vi.advanceTimersByTime(5_000)
    await arrived(io, watcher)
    expect(deltas(watcher).length).toBe(1)
    again.socket.disconnect()
    await expect.poll(() => changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 a user who does not return within presenceGraceMs, 5,000 by default, is removed', async () => {
    const { io, watcher, one } = await annAndBob()
    await cut(io, one)
    vi.advanceTimersByTime(4_999)
    await arrived(io, watcher)
    expect(deltas(watcher).length).toBe(1)
    vi.advanceTimersByTime(1)
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 a presence that the new connection does not set again is removed after the grace', async () => {
    const { io, connect, watcher, one } = await annAndBob({ presenceGraceMs: 300 })
    await cut(io, one)
    const again = await connect(ann)
    await again.join('general')
    vi.advanceTimersByTime(300)
    await expect.poll(() => changes(watcher).at(-1)).toEqual({ set: [{ user: ann }] })
    expect((await watcher.join('general')).members?.list).toEqual([{ user: bob }, { user: ann }])
  })

  test('S16 a tab that reconnects with the same presence does not override a newer one of another tab', async () => {
    const { io, connect, watcher, one } = await annAndBob()
    const second = await connect(ann)
    await joinWith(second, { status: 'online' })
    vi.advanceTimersByTime(50)
    await expect.poll(() => deltas(watcher).length).toBe(2)
    await cut(io, one)
    const again = await connect(ann)
    await joinWith(again, away)
    expect(await again.ask(wire.presence, { room: 'general', presence: away })).toEqual({ ok: true })
    vi.advanceTimersByTime(5_050)
    await arrived(io, watcher)
    expect(deltas(watcher).length).toBe(2)
  })

  test('S16 after a return with another presence, or a leave, the lost connection changes nothing', async () => {
    const { io, connect, watcher, one } = await annAndBob()
    await cut(io, one)
    const again = await connect(ann)
    await joinWith(again, away)
    await again.ask(wire.presence, { room: 'general', presence: null })
    vi.advanceTimersByTime(50)
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ set: [{ user: ann }] })
    await cut(io, again)
    const third = await connect(ann)
    await third.join('general')
    await third.ask(wire.leave, { room: 'general' })
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 a returning user who is refused for good is removed at once; after a passing refusal not', async () => {
    let answer: () => boolean = () => true
    const authorize = { join: () => answer() }
    const { io, connect, watcher, one } = await annAndBob({ authorize })
    await cut(io, one)
    const again = await connect(ann)
    answer = () => {
      throw refuse('UNAVAILABLE')
    }
    expect(await again.join('general')).toMatchObject({ code: 'UNAVAILABLE' })
    await arrived(io, watcher)
    expect(deltas(watcher).length).toBe(1)
    answer = () => false
    expect(await again.join('general')).toMatchObject({ code: 'FORBIDDEN' })
    expect(await again.join('an empty room')).toMatchObject({ code: 'FORBIDDEN' })
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 after all members reconnect at once the list has the same v', async () => {
    const { io, connect, watcher, one } = await annAndBob()
    const { members } = await watcher.join('general')
    await cut(io, one)
    await cut(io, watcher)
    const back = await connect(bob)
    expect((await back.join('general')).members).toEqual(members)
  })

  test('S16 presenceGraceMs 0 removes lost users at once', async () => {
    const { io, watcher, one } = await annAndBob({ presenceGraceMs: 0 })
    await cut(io, one)
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 a lost guest is removed at once, since a returning guest has another id', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    const [one, watcher] = [await connect(), await connect()]
    await one.join('general')
    await watcher.join('general')
    await cut(io, one)
    await arrived(io, watcher)
    expect(deltas(watcher).at(-1)?.gone?.length).toBe(1)
  })

  test.each<[string, (client: Client, io: Running<typeof chat>['io']) => unknown]>([
    ['client namespace disconnect', ({ socket }) => socket.disconnect()],
    ['server namespace disconnect', ({ socket: { id = '' } }, io) => io.sockets.sockets.get(id)?.disconnect()],
    ['forced close', ({ socket: { id = '' } }, io) => io.sockets.sockets.get(id)?.conn.close()],
  ])('S16 %s: gone at once', async (reason, go) => {
    const { io, watcher, one } = await annAndBob()
    expect(await goes(io, one, (client) => go(client, io))).toBe(reason)
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 $leave removes the user at once, also when the connection is lost afterwards', async () => {
    const { io, watcher, one } = await annAndBob()
    await one.ask(wire.leave, { room: 'general' })
    await cut(io, one)
    await arrived(io, watcher)
    expect(changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  })

  test('S16 a connection that Socket.IO recovers under its old id stays when the lost one is removed', async () => {
    const running = await startRooms({ contract: chat, authenticate: believe }, { connectionStateRecovery: {} })
    const [one, watcher] = [await running.connect(ann), await running.connect(bob)]
    await watcher.join('general')
    await one.join('general')
    running.io.emit('mark') // gives the client an offset to recover from
    await expect.poll(() => one.of('mark').length).toBe(1)
    const { id } = one.socket
    await cut(running.io, one)
    one.socket.connect()
    await expect.poll(() => one.socket.connected).toBe(true)
    expect([one.socket.recovered, one.socket.id]).toEqual([true, id])
    await one.join('general')
    vi.advanceTimersByTime(5_000)
    await running.rooms.to('general').emit('bell')
    await expect.poll(() => one.of('bell').length).toBe(1)
    expect((await watcher.join('general')).members?.list.length).toBe(2)
  })

  test('S16 close() sends no change of the members', async () => {
    const { io, rooms, watcher, one, connect } = await annAndBob()
    const third = await connect({ id: 'cy', name: 'Cy' })
    await third.join('general')
    await cut(io, one)
    for (const status of ['online', 'away'])
      expect(await third.ask(wire.presence, { room: 'general', presence: { status } })).toEqual({ ok: true })
    await arrived(io, watcher)
    const before = deltas(watcher).length
    const ended = new Promise((resolve) => watcher.socket.once('disconnect', resolve))
    await rooms.close()
    await ended
    expect(deltas(watcher).length).toBe(before)
  })
})

test('S16 a silent connection is removed within the ping time, without a grace', async () => {
  const { io, rooms, connect } = await startRooms(
    { contract: chat, authenticate: believe, presenceGraceMs: 600_000 },
    { pingInterval: 200, pingTimeout: 1_500 },
  )
  const reason = gate<string>()
  io.on('connection', (socket) => {
    if (socket.handshake.auth['id'] === 'ann') socket.on('disconnect', reason.open)
  })
  const [watcher, ghost] = [await connect(bob), await connect(ann)]
  await watcher.join('general')
  await ghost.join('general')
  ghost.socket.io.engine.transport.send = () => {} // its packets no longer arrive
  expect(await reason.opened).toBe('ping timeout')
  await expect.poll(() => changes(watcher).at(-1)).toEqual({ gone: ['ann'] })
  await rooms.close()
})

test('S16 a lost connection is kept for a while where timers are numbers, as in jsdom', async () => {
  vi.useRealTimers()
  const { setTimeout } = globalThis
  vi.stubGlobal('setTimeout', (task: () => void, ms: number) => Number(setTimeout(task, ms)))
  onTestFinished(() => void vi.unstubAllGlobals())
  const left = new Promise((resolve) => new LeaveDelay(5).schedule('ann', () => resolve('left')))
  expect(await left).toBe('left')
})
