import type { Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { collect, connect, longTimeout, signIn, startTestServer } from './support.ts'

const firstRooms = ['general', 'random', 'help', 'staff'].map((name) => ({ name }))

async function startWithGuest() {
  const { url } = await startTestServer()
  const { token } = await signIn(url, 'Ann')
  return { url, ann: await connect(url, { token }) }
}

/** A connection of a new user; at `network`, as a proxy would say it. */
async function signedIn(url: string, name: string, network = '192.0.2.9'): Promise<Socket> {
  const { token } = await signIn(url, name)
  return await connect(url, { token }, { 'x-forwarded-for': network })
}

describe('list_rooms', () => {
  it('lists the rooms for every client', async () => {
    const { url } = await startTestServer()
    const eve = await connect(url)
    expect(await eve.emitWithAck('list_rooms')).toEqual(firstRooms)
  })

  it('refuses data', async () => {
    const { ann } = await startWithGuest()
    const message = 'invalid data for "list_rooms": expected no data, got "all"'
    expect(await ann.emitWithAck('list_rooms', 'all')).toEqual({ $error: { code: 'SHAPE', message } })
  })
})

describe('create_room', () => {
  it('adds a room under its trimmed name and tells all clients', async () => {
    const { url, ann } = await startWithGuest()
    const eve = await connect(url)
    const [annReceived, eveReceived] = [collect(ann, 'room_created'), collect(eve, 'room_created')]
    expect(await ann.emitWithAck('create_room', { name: '  tea  ' })).toEqual({ name: 'tea' })
    expect(await eve.emitWithAck('list_rooms')).toEqual([...firstRooms, { name: 'tea' }])
    await expect.poll(() => [annReceived, eveReceived], longTimeout).toEqual([[[{ name: 'tea' }]], [[{ name: 'tea' }]]])
  })

  it('answers with an existing room and sends no event', async () => {
    const { ann } = await startWithGuest()
    const received = collect(ann, 'room_created')
    expect(await ann.emitWithAck('create_room', { name: 'general' })).toEqual({ name: 'general' })
    expect(await ann.emitWithAck('create_room', { name: 'Jose\u0301' })).toEqual({ name: 'José' })
    expect(await ann.emitWithAck('create_room', { name: 'José' })).toEqual({ name: 'José' })
    expect(received).toEqual([[{ name: 'José' }]])
  })

  it('refuses clients that have not signed in', async () => {
    const { url } = await startTestServer()
    const eve = await connect(url)
    const $error = { code: 'FORBIDDEN', message: 'unable to create a room; sign in first' }
    expect(await eve.emitWithAck('create_room', { name: 'tea' })).toEqual({ $error })
    expect(await eve.emitWithAck('list_rooms')).toEqual(firstRooms)
  })

  it.each([
    [undefined],
    ['tea'],
    [{}],
    [{ name: '  ' }],
    [{ name: 5 }],
    [{ name: 'x'.repeat(41) }],
    [{ name: 'a\u202eb' }],
  ])('refuses %j and says what was expected', async (data) => {
    const { ann } = await startWithGuest()
    const message = expect.stringMatching(/^invalid data for "create_room": .*expected/)
    expect(await ann.emitWithAck('create_room', data)).toEqual({ $error: { code: 'SHAPE', message } })
  })

  it('stops at 100 rooms', async () => {
    const { url } = await startTestServer()
    const users = await Promise.all(Array.from({ length: 10 }, (_, n) => signedIn(url, `user ${n}`)))
    const create = (name: string, n = Number(name.slice(5))) =>
      users[n % 10]?.emitWithAck('create_room', { name }) as Promise<unknown>
    await Promise.all(Array.from({ length: 96 }, (_, n) => create(`room ${n}`)))
    const message = 'there are already 100 rooms; use one of them'
    expect(await create('one more', 9)).toEqual({ $error: { code: 'LIMIT', message } })
    expect(await create('room 95')).toEqual({ name: 'room 95' })
  })

  it('SEC9 a user can create ten rooms, so that others can create some too', async () => {
    const { url, ann } = await startWithGuest()
    for (let n = 0; n < 10; n += 1)
      expect(await ann.emitWithAck('create_room', { name: `room ${n}` })).toEqual({ name: `room ${n}` })
    const message = 'you have created 10 rooms; use one of them'
    expect(await ann.emitWithAck('create_room', { name: 'one more' })).toEqual({ $error: { code: 'LIMIT', message } })
    const bob = await signedIn(url, 'Bob')
    expect(await bob.emitWithAck('create_room', { name: 'one more' })).toEqual({ name: 'one more' })
  })

  it('SEC9 a network can create twenty-five rooms, with any number of users', async () => {
    const { url } = await startTestServer({ trustProxy: 1 })
    const flood = await Promise.all([0, 1, 2].map((n) => signedIn(url, `eve ${n}`, '192.0.2.1')))
    for (let n = 0; n < 25; n += 1)
      expect(await flood[n % 3]?.emitWithAck('create_room', { name: `room ${n}` })).toEqual({ name: `room ${n}` })
    const message = '25 rooms were created from your network; use one of them'
    expect(await flood[2]?.emitWithAck('create_room', { name: 'one more' })).toEqual({
      $error: { code: 'LIMIT', message },
    })
    const ann = await signedIn(url, 'Ann', '192.0.2.2')
    expect(await ann.emitWithAck('create_room', { name: 'one more' })).toEqual({ name: 'one more' })
  })
})
