import { type Gap, type Room } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { recordRoom } from './support/record-room.ts'
import { helloWith, joinAnswer, metaOf, startScript } from './support/scripted-server.ts'

const AGAIN = ['joined', 'suspended', 'joining', 'joined']
const UNKNOWN: Gap = { from: undefined, to: undefined, reason: 'unsupported' }

function gapsOf(room: Pick<Room, 'on'>): Gap[] {
  const gaps: Gap[] = []
  room.on('gap', (gap) => gaps.push(gap))
  return gaps
}

describe('RM8 a gap on a plain server', () => {
  test('is of unknown size, after each resume, and never before the first', async () => {
    const { url, cut } = await startPlain()
    const client = startClient(url)
    const room = client.room('general')
    const gaps = gapsOf(room)
    await room.join()
    expect(gaps).toEqual([])
    for (const expected of [[UNKNOWN], [UNKNOWN, UNKNOWN]]) {
      const statuses = recordRoom(room)
      cut()
      await eventually(() => expect(statuses).toEqual(AGAIN))
      expect(gaps).toEqual(expected)
    }
  })
  test('is told when the room is joined again, not before', async () => {
    const { url, cut } = await startPlain()
    const room = await startClient(url).join('general')
    const statuses: string[] = []
    room.on('gap', () => statuses.push(room.status))
    cut()
    await eventually(() => expect(statuses).toEqual(['joined']))
  })
  test('is none where the server recovered the connection, and sent what was missed', async () => {
    const { url, cut, sayIn, received } = await startPlain({
      options: { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } },
    })
    const client = startClient(url)
    const room = await client.join('general')
    const gaps = gapsOf(room)
    const heard: unknown[] = []
    room.on('message', ({ text }: { text: string }) => heard.push(text))
    sayIn('general', 'message', { text: 'before' }) // recovery needs to have heard something
    await eventually(() => expect(heard).toEqual(['before']))
    const statuses = recordRoom(room)
    cut()
    await until(client, 'reconnecting')
    sayIn('general', 'message', { text: 'missed' })
    await until(client, 'connected', ({ recovered }) => recovered)
    await eventually(() => expect(heard).toEqual(['before', 'missed']))
    expect(statuses).toEqual(['joined', 'suspended', 'joined'])
    expect(received.map(({ event }) => event)).toEqual(['join'])
    expect(gaps).toEqual([])
  })
  test('is none for who left in between, and joined anew', async () => {
    const { url, cut } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general')
    const gaps = gapsOf(room)
    cut()
    await until(client, 'reconnecting')
    await room.leave()
    await room.join()
    await room.leave()
    await room.join()
    expect(gaps).toEqual([])
  })
  test('is told where the room could not be joined for a while', async () => {
    let isRefused = false
    const { url, cut } = await startPlain({
      onJoin: (_room, acknowledge) => acknowledge(...(isRefused ? [{ $error: { code: 'BUSY' } }] : [])),
    })
    const client = startClient(url)
    const room = await client.join('general')
    const gaps = gapsOf(room)
    isRefused = true
    cut()
    await eventually(() => expect(room.status).toBe('failed'))
    expect(gaps).toEqual([])
    isRefused = false
    await room.join()
    expect(gaps).toEqual([UNKNOWN])
  })
  test('is told after disconnect() and connect()', async () => {
    const { url } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general')
    const gaps = gapsOf(room)
    client.disconnect()
    await client.connect()
    await eventually(() => expect(room.status).toBe('joined'))
    expect(gaps).toEqual([UNKNOWN])
  })
})

describe('RM8 a gap with our server', () => {
  const startAt = (heads: readonly number[], epochs: readonly string[] = []) =>
    startScript({
      $join: (_request, _socket, nth) =>
        joinAnswer({ head: heads[nth - 1] ?? 0, ...(epochs[nth - 1] && { epoch: epochs[nth - 1] }) }),
    })

  test('says exactly what is missing: from after the last that was heard, to the head of the log', async () => {
    const { url, say, server } = await startAt([5, 9])
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    const heard: unknown[] = []
    room.on('message', (data) => heard.push(data))
    say('message', 'live', metaOf('general', 6))
    await eventually(() => expect(heard).toEqual(['live']))
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([{ from: 7, to: 9, reason: 'unsupported' }])
  })
  test('is none where the log has not moved', async () => {
    const { url, server } = await startAt([5, 5])
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([])
  })
  test('counts what nobody listened to, or what the contract does not accept, as heard', async () => {
    const { url, say, server } = await startAt([0, 2])
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    const heard: unknown[] = []
    room.on('end', () => heard.push('end'))
    say('message', 'nobody listens', metaOf('general', 1))
    say('end', null, metaOf('general', 2))
    await eventually(() => expect(heard).toEqual(['end']))
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([])
  })
  test('has no beginning where the log began anew', async () => {
    const { url, server } = await startAt([5, 2], ['epoch-one', 'epoch-two'])
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([{ from: undefined, to: 2, reason: 'epoch' }])
  })
  test('has no beginning where the log went back: its numbers are given anew', async () => {
    const { url, server } = await startAt([5, 3])
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([{ from: undefined, to: 3, reason: 'epoch' }])
  })
  test('begins after what came while the room was joined again, on a connection that went on', async () => {
    const { url, server } = await startScript({
      $join:
        ({ room }, socket, nth) =>
        (acknowledge) => {
          acknowledge(joinAnswer({ head: [5, 6, 9][nth - 1] ?? 0 }))
          if (nth === 2) for (const seq of [6, 7]) socket.emit('message', seq, metaOf(room, seq))
        },
      $publish: ({ epoch }, _socket, nth) =>
        nth === 1
          ? { ok: false, epoch, results: [], code: 'EPOCH' }
          : { ok: true, epoch, results: [{ seq: 7, at: 0 }] },
    })
    const room = await startClient(url).join('general')
    const heard: unknown[] = []
    room.on('message', (data) => heard.push(data))
    room.on('gap', (gap) => heard.push(gap))
    await room.emit('message', 'joins again')
    await eventually(() => expect(heard).toEqual([6, 7]))
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(heard).toEqual([6, 7, { from: 8, to: 9, reason: 'unsupported' }])
  })
  test('RM6 is not told to who leaves as soon as the room is joined again', async () => {
    const { url, server } = await startAt([5, 9])
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    room.state.subscribe(({ status }) => {
      if (status === 'joined') void room.leave()
    })
    await server.restart()
    await expect.poll(() => room.status).toBe('left')
    expect(gaps).toEqual([])
  })
  test('RM6 is not told to who has left meanwhile', async () => {
    const answers: (() => void)[] = []
    const { url, server, events } = await startScript({
      $join: (_request, _socket, nth) =>
        nth === 1
          ? joinAnswer({ head: 5, members: { v: 1, list: [] } })
          : (acknowledge) =>
              answers.push(() =>
                acknowledge(joinAnswer({ head: 9, members: { v: 3, list: [{ user: { id: 'ann' } }] } })),
              ),
    })
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    const seen: number[] = []
    room.members.subscribe((members) => seen.push(members.size))
    await server.restart()
    await eventually(() => expect(answers).toHaveLength(1))
    const left = room.leave()
    answers[0]?.()
    await left
    expect(events()).toEqual(['$join', '$join', '$leave'])
    expect(room.status).toBe('left')
    expect([gaps, seen]).toEqual([[], []])
  })
})

describe('CN10 a hello that comes late', () => {
  test('joins all rooms again, as our server wants it; what was said in between is missing', async () => {
    const { url, say, events } = await startScript({ hello: 'none', $join: () => joinAnswer({ head: 4 }) })
    const client = startClient(url, { helloTimeoutMs: 10 })
    const rooms = [client.room('general'), client.room('other')] as const
    const gaps = gapsOf(rooms[0])
    await Promise.all(rooms.map((room) => room.join()))
    expect(rooms.map((room) => room.state.getState())).toEqual(Array(2).fill({ status: 'joined', acknowledged: false }))
    const statuses = recordRoom(rooms[0])
    say('$hello', helloWith())
    await eventually(() => expect(statuses).toEqual(['joined', 'joining', 'joined']))
    await eventually(() => expect(events()).toEqual(['join', 'join', '$join', '$join']))
    expect(client.guarantees?.rooms).toBe('roomful')
    expect(rooms[0].state.getState()).toEqual({ status: 'joined', acknowledged: true })
    expect(gaps).toEqual([UNKNOWN])
    await expect(rooms[0].emit('message', {})).resolves.toMatchObject({ confirmed: true })
  })
})
