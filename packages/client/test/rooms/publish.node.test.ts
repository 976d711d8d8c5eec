import type { PublishRequest } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, rejection, startClient, startRoomful, until } from '../support/test-client.ts'
import { codeOf, textsOf } from './support/outcomes.ts'
import { startPlain } from './support/plain-server.ts'
import { EPOCH, startScript } from './support/scripted-server.ts'

describe('C4 a batch on the wire', () => {
  test("has the room, the epoch of the join, the page's id, numbers that rise over all rooms, and the id of each receipt", async () => {
    const { url, dataOf } = await startScript()
    const client = startRoomful(url)
    const [one, two] = await Promise.all([client.join('one'), client.join('two')])
    const receipts = await Promise.all([one.emit('a', { x: 1 }), two.emit('b'), one.emit('c', 'text')])
    const requests = dataOf('$publish') as PublishRequest[]
    const cid = requests[0]?.cid ?? ''
    expect(cid).toMatch(/^[\w-]{22}$/)
    expect(requests).toEqual([
      { room: 'one', epoch: EPOCH, cid, items: [{ n: 1, id: receipts[0].id, event: 'a', data: { x: 1 } }] },
      { room: 'two', epoch: EPOCH, cid, items: [{ n: 2, id: receipts[1].id, event: 'b', data: null }] },
      { room: 'one', epoch: EPOCH, cid, items: [{ n: 3, id: receipts[2].id, event: 'c', data: 'text' }] },
    ])
    for (const { id } of receipts) expect(id).toMatch(/^[\w-]{16}$/)
    expect(receipts[0]).toEqual({
      confirmed: true,
      id: receipts[0]?.id,
      seq: expect.any(Number),
      at: expect.any(Number),
    })
  })
  test('has no more items than the server allows', async () => {
    const { url, dataOf } = await startScript({ hello: { limits: { batchItems: 3 } as never } })
    const room = await startRoomful(url).join('general')
    await Promise.all(Array.from({ length: 8 }, (_, n) => room.emit('m', n)))
    expect(textsOf(dataOf('$publish'))).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]])
  })
  test('has no more bytes of UTF-8 than the server allows; a larger message is sent alone', async () => {
    const { url, dataOf } = await startScript({ hello: { limits: { batchBytes: 1_000 } as never } })
    const room = await startRoomful(url).join('general')
    const [small, third, huge] = ['s', 'ü'.repeat(150), 'x'.repeat(2_000)] as const
    await Promise.all([small, third, third, third, huge, small].map((text) => room.emit('m', text)))
    const batches = textsOf(dataOf('$publish'))
    expect(batches).toEqual([[small], [third, third], [third], [huge], [small]])
  })
  test('C2 has the data as JSON, unchanged', async () => {
    const { url, dataOf } = await startScript()
    const room = await startRoomful(url).join('general')
    const data = { list: [1, { deep: null }], text: 'ü🎉\u2028', nothing: undefined }
    await room.emit('m', data)
    expect(textsOf(dataOf('$publish'))).toEqual([[{ list: [1, { deep: null }], text: 'ü🎉\u2028' }]])
  })
})

describe('OB15 a message on a plain server', () => {
  test('is sent with the room in its data and is not confirmed', async () => {
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
  test('with data that cannot take the room is refused with a sentence that says how to change that', async () => {
    const { url } = await startPlain()
    const room = await startClient(url).join('general')
    const error = await rejection(room.send('just text'))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect((error as Error).message).toBe(
      'plainRooms sends { room, ...data }, so data must be an object, got "just text"; plainRooms({ emit }) changes that',
    )
  })
})

describe('a message and the membership', () => {
  test('OB16 room.emit without a join rejects', async () => {
    const { url } = await startScript()
    const room = startRoomful(url).room('general')
    await expect(room.emit('m', 1)).rejects.toThrow('unable to emit "m" to room general: join it first')
  })
  test('C10 messages from before leave() are sent before the leave', async () => {
    const { url, events } = await startScript()
    const room = await startRoomful(url).join('general')
    const sent = ['a', 'b', 'c'].map((text) => codeOf(room.emit('m', text)))
    await room.leave()
    expect(room.status).toBe('left')
    await expect(codeOf(room.emit('m', 'too late'))).resolves.toBe('NOT_MEMBER')
    await expect(Promise.all(sent)).resolves.toEqual(Array(3).fill('confirmed'))
    await eventually(() => expect(events()).toEqual(['$join', '$publish', '$publish', '$leave']))
  })
  test('C10 a join() right after leave() loses no message', async () => {
    const { url, dataOf } = await startScript()
    const room = await startRoomful(url).join('general')
    const sent = ['a', 'b'].map((text) => codeOf(room.emit('m', text)))
    void room.leave()
    const joined = room.join()
    sent.push(codeOf(room.emit('m', 'c')))
    await joined
    await expect(Promise.all(sent)).resolves.toEqual(Array(3).fill('confirmed'))
    const texts = textsOf(dataOf('$publish')).flat() // one may be sent again after the join, under its key (C5)
    expect([...new Set(texts)]).toEqual(['a', 'b', 'c'])
  })
  test('C18 volatile events are sent while joined; others are dropped and shown to inspect', async () => {
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
