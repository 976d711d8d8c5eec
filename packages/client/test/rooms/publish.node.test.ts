import type { PublishRequest } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, rejection, startClient, startRoomful, until } from '../support/test-client.ts'
import { codeOf, textsOf } from './support/outcomes.ts'
import { startPlain } from './support/plain-server.ts'
import { EPOCH, startScript } from './support/scripted-server.ts'

describe('C4 batches on the wire', () => {
  test('carry the room, the epoch of the join, this page and a number that rises over all rooms', async () => {
    const { url, dataOf } = await startScript()
    const client = startRoomful(url)
    const [one, two] = await Promise.all([client.join('one'), client.join('two')])
    const receipts = await Promise.all([one.emit('a', { x: 1 }), two.emit('b'), one.emit('c', 'text')])
    const requests = dataOf('$publish') as PublishRequest[]
    const cid = requests[0]?.cid ?? ''
    expect(cid).toMatch(/^[\w-]{22}$/)
    expect(requests).toEqual([
      { room: 'one', epoch: EPOCH, cid, items: [{ n: 1, event: 'a', data: { x: 1 } }] },
      { room: 'two', epoch: EPOCH, cid, items: [{ n: 2, event: 'b', data: null }] },
      { room: 'one', epoch: EPOCH, cid, items: [{ n: 3, event: 'c', data: 'text' }] },
    ])
    expect(receipts.map(({ id }) => id)).toEqual([1, 2, 3].map((n) => `${cid.slice(0, 8)}:${n}`))
    expect(receipts[0]).toEqual({
      confirmed: true,
      id: receipts[0]?.id,
      seq: expect.any(Number),
      at: expect.any(Number),
    })
  })
  test('hold no more items than the server takes', async () => {
    const { url, dataOf } = await startScript({ hello: { limits: { batchItems: 3 } as never } })
    const room = await startRoomful(url).join('general')
    await Promise.all(Array.from({ length: 8 }, (_, n) => room.emit('m', n)))
    expect(textsOf(dataOf('$publish'))).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]])
  })
  test('hold no more bytes than the server takes, counted as UTF-8; what is too large goes alone', async () => {
    const { url, dataOf } = await startScript({ hello: { limits: { batchBytes: 1_000 } as never } })
    const room = await startRoomful(url).join('general')
    const [small, third, huge] = ['s', 'ü'.repeat(150), 'x'.repeat(2_000)] as const
    await Promise.all([small, third, third, third, huge, small].map((text) => room.emit('m', text)))
    const batches = textsOf(dataOf('$publish'))
    expect(batches).toEqual([[small], [third, third], [third], [huge], [small]])
  })
  test('C2 send what was given: nothing is cut, or read twice', async () => {
    const { url, dataOf } = await startScript()
    const room = await startRoomful(url).join('general')
    const data = { list: [1, { deep: null }], text: 'ü🎉\u2028', nothing: undefined }
    await room.emit('m', data)
    expect(textsOf(dataOf('$publish'))).toEqual([[{ list: [1, { deep: null }], text: 'ü🎉\u2028' }]])
  })
})

describe('C15 on a plain server', () => {
  test('nothing is confirmed: the event goes out with the room in its data', async () => {
    const { url, received } = await startPlain()
    const room = await startClient(url).join('general')
    const receipts = await Promise.all([room.emit('news', { text: 'a' }), room.send({ text: 'b' }), room.emit('bell')])
    expect(receipts.map(({ confirmed }) => confirmed)).toEqual([false, false, false])
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(3)
    await eventually(() => expect(received).toHaveLength(4))
    expect(received.slice(1)).toEqual([
      { event: 'news', data: { room: 'general', text: 'a' } },
      { event: 'message', data: { room: 'general', text: 'b' } },
      { event: 'bell', data: { room: 'general' } },
    ])
  })
  test('data that cannot carry the room is refused with a sentence that says what to do', async () => {
    const { url } = await startPlain()
    const room = await startClient(url).join('general')
    const error = await rejection(room.send('just text'))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect((error as Error).message).toBe(
      'a plain server gets { room, ...data }, so data must be an object, got "just text"; plainRooms({ toRoom }) changes that',
    )
  })
})

describe('C10 and C18', () => {
  test('room.emit without join rejects', async () => {
    const { url } = await startScript()
    const room = startRoomful(url).room('general')
    await expect(room.emit('m', 1)).rejects.toThrow('unable to emit "m" to room general: join it first')
  })
  test('C10 leave lets what was emitted before it go out first', async () => {
    const { url, events } = await startScript()
    const room = await startRoomful(url).join('general')
    const sent = ['a', 'b', 'c'].map((text) => codeOf(room.emit('m', text)))
    await room.leave()
    expect(room.status).toBe('left')
    await expect(codeOf(room.emit('m', 'too late'))).resolves.toBe('NOT_MEMBER')
    await expect(Promise.all(sent)).resolves.toEqual(Array(3).fill('confirmed'))
    await eventually(() => expect(events()).toEqual(['$join', '$publish', '$publish', '$leave']))
  })
  test('C10 a leave that is taken back sends all of it all the same', async () => {
    const { url, dataOf } = await startScript()
    const room = await startRoomful(url).join('general')
    const sent = ['a', 'b'].map((text) => codeOf(room.emit('m', text)))
    void room.leave()
    const joined = room.join()
    sent.push(codeOf(room.emit('m', 'c')))
    await joined
    await expect(Promise.all(sent)).resolves.toEqual(Array(3).fill('confirmed'))
    expect(textsOf(dataOf('$publish')).flat()).toEqual(['a', 'b', 'c'])
  })
  test('C18 volatile ones are sent while joined, else dropped, and inspect sees it', async () => {
    const { url, server, dataOf } = await startScript()
    const { ofType, inspect } = recordInspect()
    const client = startRoomful(url, { inspect })
    const room = client.room('general')
    room.volatile.emit('cursor', 1)
    await room.join()
    room.volatile.emit('cursor', 2)
    room.volatile.emit('bell')
    await eventually(() => expect(dataOf('$volatile')).toHaveLength(2))
    await server.close()
    await until(client, 'reconnecting')
    room.volatile.emit('cursor', 3)
    await server.restart()
    await room.join()
    await room.emit('end')
    await room.leave()
    room.volatile.emit('cursor', 4)
    expect(dataOf('$volatile')).toEqual([
      { room: 'general', event: 'cursor', data: 2 },
      { room: 'general', event: 'bell', data: null },
    ])
    expect(ofType('drop').filter(({ direction }) => direction === 'out')).toHaveLength(3)
  })
})
