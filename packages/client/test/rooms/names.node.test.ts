import { type Client, RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient, startRoomful } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

type Start = (url: string) => Client

/** Checks that the room fails at once and that no request names it. */
async function expectNoRoom(client: Client, name: unknown, message: string): Promise<void> {
  const room = client.room(name as string)
  expect(room.status).toBe('left')
  const error = await rejection(room.join())
  expect(error).toBeInstanceOf(RoomfulError)
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message })
  expect(room.state.getState()).toEqual({ status: 'failed', error })
  await expect(client.join(name as string)).rejects.toBe(error)
  await expect(room.emit('message', {})).rejects.toMatchObject({ code: 'NOT_MEMBER', cause: error })
  room.on('message', () => {})
  room.retain()()
  await room.leave()
  await client.join('general')
}

const notRoomful: [string, unknown, string][] = [
  ['an empty name', '', 'one of 0 characters'],
  ['a name of 200 characters', 'x'.repeat(200), 'one of 200 characters'],
  ['a name with a control character', 'a\nb', 'one of 3 characters'],
  ['a number', 5, '5'],
  ['null', null, 'null'],
  ['an object', { room: 'general' }, 'object'],
]
const notPlain: [string, unknown, string][] = [
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['NaN', Number.NaN, 'NaN'],
  ['an object', { room: 'general' }, 'object'],
]

describe('RM11 a name that no room can have', () => {
  test.each(notRoomful)(
    'with roomful(), %s fails at once with a sentence and sends nothing',
    async (_what, name, got) => {
      const { url, dataOf, events } = await startScript()
      const message = `a room's name must be a string of 1 to 128 characters without control characters, got ${got}`
      await expectNoRoom(startRoomful(url), name, message)
      expect([events(), dataOf('$join')]).toEqual([['$join'], [{ room: 'general' }]])
    },
  )
  test.each(notPlain)(
    'with plainRooms(), %s fails at once with a sentence and sends nothing',
    async (_what, name, got) => {
      const { url, received } = await startPlain()
      await expectNoRoom(startClient(url), name, `a room's name must be a string or a number, got ${got}`)
      expect(received).toEqual([{ event: 'join', data: { room: 'general' } }])
    },
  )
  test('does not disturb the connection or other rooms after an outage', async () => {
    const { url, cut, words } = await startPlain()
    const client = startClient(url)
    const nameless = client.room(null as unknown as string)
    await rejection(nameless.join())
    await client.join('general')
    cut()
    await eventually(() => expect(words()).toEqual(['join general', 'join general']))
    expect(nameless.status).toBe('failed')
  })
})

const usual = ['x'.repeat(128), 'Ünïcödé 🎉', '__proto__', 'constructor', ' ']

describe('RM11 a name that a room can have', () => {
  test.each<[string, Start, readonly (string | number)[]]>([
    ['roomful()', startRoomful, usual],
    ['plainRooms()', startClient, [...usual, '', 'a\nb', '$x', 'x'.repeat(1_000), 42]],
  ])('is joined and gives the same room each time, with %s', async (_rooms, start, names) => {
    const { url, received } = await (start === startRoomful ? startScript() : startPlain())
    const client = start(url)
    for (const name of names as string[]) {
      const room = await client.join(name)
      expect(room.name).toBe(name)
      expect(client.room(name)).toBe(room)
    }
    expect(received.map(({ data }) => data)).toEqual(names.map((room) => ({ room })))
  })
  test('is compared with its type on a plain server: 42 and "42" are two rooms', async () => {
    const { url, server } = await startPlain()
    const client = startClient(url)
    const received: [string, unknown][] = []
    const names: unknown[] = [42, '42']
    for (const name of names) {
      const room = await client.join(name as string)
      room.on('news', (data) => received.push([typeof room.name, data]))
    }
    expect(client.room(42 as unknown as string)).not.toBe(client.room('42'))
    server.io.emit('news', { room: 42 })
    server.io.emit('news', { room: '42' })
    await eventually(() => expect(received).toHaveLength(2))
    expect(received).toEqual([
      ['number', { room: 42 }],
      ['string', { room: '42' }],
    ])
  })
})
