import { type Gap, type Room } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { recordRoom } from './support/record-room.ts'

const AGAIN = ['joined', 'suspended', 'joining', 'joined']
const UNKNOWN: Gap = { from: undefined, to: undefined, reason: 'unsupported' }

function gapsOf(room: Pick<Room, 'on'>): Gap[] {
  const gaps: Gap[] = []
  room.on('gap', (gap) => gaps.push(gap))
  return gaps
}

describe('RM8 a gap on a plain server', () => {
  test('is told after each resume, of unknown size, and not with the first join', async () => {
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
  test('is not told for an event of the server that is called gap', async () => {
    const { url, sayIn } = await startPlain()
    const room = await startClient(url).join('general')
    const gaps = gapsOf(room)
    let delivered = 0
    room.on('message', () => (delivered += 1))
    sayIn('general', 'gap', { from: 1 })
    sayIn('general', 'message', {})
    await eventually(() => expect(delivered).toBe(1))
    expect(gaps).toEqual([])
  })
  test('is told once the room is joined again', async () => {
    const { url, cut } = await startPlain()
    const room = await startClient(url).join('general')
    const statuses: string[] = []
    room.on('gap', () => statuses.push(room.status))
    cut()
    await eventually(() => expect(statuses).toEqual(['joined']))
  })
  test('is not told where the server recovered the connection and sent the missed events', async () => {
    const { url, cut, sayIn, received } = await startPlain({
      options: { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } },
    })
    const client = startClient(url)
    const room = await client.join('general')
    const gaps = gapsOf(room)
    const delivered: unknown[] = []
    room.on('message', ({ text }: { text: string }) => delivered.push(text))
    sayIn('general', 'message', { text: 'before' }) // a server recovers only clients that have received an event
    await eventually(() => expect(delivered).toEqual(['before']))
    const statuses = recordRoom(room)
    cut()
    await until(client, 'reconnecting')
    sayIn('general', 'message', { text: 'missed' })
    await until(client, 'connected', ({ recovered }) => recovered)
    await eventually(() => expect(delivered).toEqual(['before', 'missed']))
    expect(statuses).toEqual(['joined', 'suspended', 'joined'])
    expect(received.map(({ event }) => event)).toEqual(['join'])
    expect(gaps).toEqual([])
  })
  test('is not told where the app left during the outage and joined again', async () => {
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
  test('is told when a room that was refused for a while is joined again', async () => {
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
