import { type Gap, type Room } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, startRoomful, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { recordRoom } from './support/record-room.ts'
import { helloWith, joinAnswer, startScript } from './support/scripted-server.ts'

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
  test('is none of an event that a server calls so', async () => {
    const { url, sayIn } = await startPlain()
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    let heard = 0
    room.on('message', () => (heard += 1))
    sayIn('general', 'gap', { from: 1 })
    sayIn('general', 'message', {})
    await eventually(() => expect(heard).toBe(1))
    expect(gaps).toEqual([])
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

describe('CN10 a hello that comes late', () => {
  test('joins all rooms again, as our server wants it; what was said in between is missing', async () => {
    const { url, say, events } = await startScript({ hello: 'none', $join: () => joinAnswer({ head: 4 }) })
    const client = startRoomful(url)
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
