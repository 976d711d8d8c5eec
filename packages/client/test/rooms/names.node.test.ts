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
  ['an empty name', '', 'be a string of 1 to 128 characters, got one of 0 characters'],
  ['a name of 200 characters', 'x'.repeat(200), 'be a string of 1 to 128 characters, got one of 200 characters'],
  ['a number', 5, 'be a string of 1 to 128 characters, got 5'],
  ['null', null, 'be a string of 1 to 128 characters, got null'],
  ['an object', { room: 'general' }, 'be a string of 1 to 128 characters, got object'],
  ['a reserved name', '$inbox', 'not begin with $: such names are reserved'],
  ['a control character', 'a\nb', 'not have control or bidi characters or halves of surrogate pairs'],
  ['a bidi character', 'a\u202eb', 'not have control or bidi characters or halves of surrogate pairs'],
  ['white space at the end', 'general ', 'not begin or end with white space'],
  ['a name that is not NFC', 'cafe\u0301', 'be in the Unicode form NFC: use name.normalize()'],
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
    async (_what, name, rule) => {
      const { url, dataOf, events } = await startScript()
      await expectNoRoom(startRoomful(url), name, `a room's name must ${rule}`)
      expect([events(), dataOf('$join')]).toEqual([['$join'], [{ room: 'general', packs: true }]])
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

const usual = ['x'.repeat(128), 'Ünïcödé 🎉', '__proto__', 'constructor', 'a b']

describe('RM11 a name that a room can have', () => {
  test.each<[string, Start, readonly (string | number)[]]>([
    ['roomful()', startRoomful, usual],
    ['plainRooms()', startClient, [...usual, '', ' ', 'a\nb', 'cafe\u0301', '$x', 'x'.repeat(1_000), 42]],
  ])('is joined and gives the same room each time, with %s', async (_rooms, start, names) => {
    const { url, received } = await (start === startRoomful ? startScript() : startPlain())
    const client = start(url)
    for (const name of names) {
      const room = await client.join(name)
      expect(room.name).toBe(name)
      expect(client.room(name)).toBe(room)
    }
    expect(received.map(({ data }) => data)).toMatchObject(names.map((room) => ({ room })))
  })
  test('is compared with its type where both are joined on a plain server: 42 and "42" are two rooms', async () => {
    const { url, server } = await startPlain()
    const client = startClient(url)
    const received: [string, unknown][] = []
    for (const name of [42, '42']) {
      const room = await client.join(name)
      room.on('news', (data) => received.push([typeof room.name, data]))
    }
    expect(client.room(42)).not.toBe(client.room('42'))
    server.io.emit('news', { room: 42 })
    server.io.emit('news', { room: '42' })
    await eventually(() => expect(received).toHaveLength(2))
    expect(received).toEqual([
      ['number', { room: 42 }],
      ['string', { room: '42' }],
    ])
  })
  test.each<[string, string | number, unknown]>([
    ["42 reaches room '42'", '42', 42],
    ["'42' reaches room 42", 42, '42'],
    ["-1.5 reaches room '-1.5'", '-1.5', -1.5],
  ])('where only one of the two is joined, an event that names %s', async (_what, name, named) => {
    const { url, server } = await startPlain()
    const client = startClient(url)
    const other = client.room(named as string) // named by the app, and not joined
    const room = await client.join(name)
    const heard: unknown[] = []
    room.on('news', (data) => heard.push(data))
    other.on('news', () => heard.push('other'))
    server.io.emit('news', { room: named })
    await eventually(() => expect(heard).toEqual([{ room: named }]))
  })
  test("as text is not a number of another form: 42 does not reach '042'", async () => {
    const { url, server } = await startPlain()
    const client = startClient(url)
    const heard: unknown[] = []
    for (const name of ['042', '42.0', ' 42', '', 43]) (await client.join(name)).on('news', () => heard.push(name))
    client.on('news', () => heard.push('client'))
    server.io.emit('news', { room: 42 })
    server.io.emit('news', { room: 0 })
    server.io.emit('news', { room: '043' })
    await eventually(() => expect(heard).toEqual(['client', 'client', 'client']))
  })
  test('as a number is joined, sent to, left and joined again after an outage', async () => {
    const { url, received, membersOf, cut } = await startPlain()
    const client = startClient(url)
    const room = await client.join(42)
    await room.emit('message', { text: 'hi' })
    await eventually(() => expect(received).toHaveLength(2))
    cut()
    await eventually(() => expect(received.filter(({ event }) => event === 'join')).toHaveLength(2))
    await eventually(() => expect(room.status).toBe('joined'))
    expect([membersOf(42), membersOf('42')]).toEqual([1, 0])
    await client.leave(42)
    expect(membersOf(42)).toBe(0)
    expect(received.map(({ event, data }) => [event, data])).toEqual([
      ['join', { room: 42 }],
      ['message', { room: 42, text: 'hi' }],
      ['join', { room: 42 }],
      ['leave', { room: 42 }],
    ])
  })
})
