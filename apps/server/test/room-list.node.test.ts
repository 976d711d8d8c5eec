import { describe, expect, it } from 'vitest'
import { collect, connect, longTimeout, signIn, startTestServer } from './support.ts'

const firstRooms = ['general', 'random', 'help', 'staff'].map((name) => ({ name }))

async function startWithGuest() {
  const { url } = await startTestServer()
  const { token } = await signIn(url, 'Ann')
  return { url, ann: await connect(url, { token }) }
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
    const { ann } = await startWithGuest()
    const create = (name: string) => ann.emitWithAck('create_room', { name }) as Promise<unknown>
    await Promise.all(Array.from({ length: 96 }, (_, n) => create(`room ${n}`)))
    const message = 'there are already 100 rooms; use one of them'
    expect(await create('one more')).toEqual({ $error: { code: 'LIMIT', message } })
    expect(await create('room 95')).toEqual({ name: 'room 95' })
  })
})
