import { type Client, RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'

const unusable: [string, unknown, string][] = [
  ['an empty name', '', 'one of 0 characters'],
  ['a name of 200 characters', 'x'.repeat(200), 'one of 200 characters'],
  ['a name with a control character', 'a\nb', 'one of 3 characters'],
  ['a number', 5, '5'],
  ['null', null, 'null'],
  ['an object', { room: 'general' }, 'object'],
]

describe('RM11 a room that no server would take', () => {
  test.each(unusable)('%s fails at once with a sentence, and asks nobody', async (_what, name, got) => {
    const { url, received } = await startPlain()
    const client = startClient(url) as Client
    const room = client.room(name as string)
    expect(room.status).toBe('left')
    const error = await rejection(room.join())
    expect(error).toBeInstanceOf(RoomfulError)
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `a room's name must be a string of 1 to 128 characters without control characters, got ${got}`,
    })
    expect(room.state.getState()).toEqual({ status: 'failed', error })
    await expect(client.join(name as string)).rejects.toBe(error)
    await expect(room.emit('message', {})).rejects.toMatchObject({ code: 'NOT_MEMBER', cause: error })
    room.on('message', () => {})
    room.retain()()
    await room.leave()
    await client.join('general')
    expect(received).toEqual([{ event: 'join', data: { room: 'general' } }])
  })
  test.each(['x'.repeat(128), 'Ünïcödé 🎉', '__proto__', 'constructor', ' '])('%j is a fine name', async (name) => {
    const { url, membersOf } = await startPlain()
    const client = startClient(url)
    const room = await client.join(name)
    expect(room.name).toBe(name)
    expect(client.room(name)).toBe(room)
    expect(membersOf(name)).toBe(1)
  })
  test('costs the connection, and the other rooms, nothing when it comes back', async () => {
    const { url, cut, words } = await startPlain()
    const client = startClient(url)
    await rejection(client.join(''))
    await client.join('general')
    cut()
    await eventually(() => expect(words()).toEqual(['join general', 'join general']))
    expect(client.room('').status).toBe('failed')
  })
})
