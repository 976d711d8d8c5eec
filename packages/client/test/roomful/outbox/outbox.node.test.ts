import { describe, expect, test } from 'vitest'
import { codeOf, keysOf, textsOf } from '../../rooms/support/outcomes.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { recordInspect, startRoomful } from '../../support/test-client.ts'

describe('C2 a message', () => {
  test('is sent as it was at `emit`', async () => {
    const { url, dataOf } = await startScript()
    const room = startRoomful(url).room('general')
    void room.join()
    const data = { text: 'as given', at: new Date(0) }
    const sent = room.emit('m', data)
    data.text = 'changed'
    await sent
    expect(textsOf(dataOf('$publish'))).toEqual([[{ text: 'as given', at: '1970-01-01T00:00:00.000Z' }]])
  })
  test('EM9 that has no JSON is rejected at once, without a number, and the others are sent', async () => {
    const { url, dataOf } = await startScript()
    const room = await startRoomful(url).join('general')
    const circle: Record<string, unknown> = {}
    circle['circle'] = circle
    const sent = [circle, { n: 1n }, 'good'].map((data) => codeOf(room.emit('m', data)))
    await expect(Promise.all(sent)).resolves.toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'confirmed'])
    expect(keysOf(dataOf('$publish'))).toEqual([[1]])
  })
})

describe('P7 OB3 the outbox is bounded', () => {
  test('by `queueLimit` messages in all rooms; one more is rejected, and the others are sent', async () => {
    const { url, dataOf } = await startScript()
    const { ofType, inspect } = recordInspect()
    const client = startRoomful(url, { queueLimit: 3, inspect })
    const rooms = [client.room('one'), client.room('two')] as const
    void Promise.all(rooms.map((room) => room.join()))
    const sent = [rooms[0], rooms[1], rooms[0], rooms[1]].map((room, n) => codeOf(room.emit('m', n)))
    await expect(sent[3]).resolves.toBe('QUEUE_FULL')
    await expect(Promise.all(sent)).resolves.toEqual(['confirmed', 'confirmed', 'confirmed', 'QUEUE_FULL'])
    expect(textsOf(dataOf('$publish')).flat()).toHaveLength(3)
    expect(ofType('drop')).toMatchObject([{ direction: 'out', event: 'm', error: { code: 'QUEUE_FULL' } }])
    await expect(codeOf(rooms[0].emit('m', 'after the others'))).resolves.toBe('confirmed')
  })
  test('by 1 MiB', async () => {
    const { url } = await startScript()
    const client = startRoomful(url, { autoConnect: false })
    const room = client.room('general')
    void room.join()
    const half = 'x'.repeat(524_286) // and its quotes
    const sent = [half, half, ''].map((text) => codeOf(room.emit('m', text)))
    await expect(sent[2]).resolves.toBe('QUEUE_FULL')
    expect(client.outbox.getState()).toMatchObject({ queued: 2, sending: 0 })
  })
})

test('OB1 `client.outbox` changes with each message that is queued, sent or settled, and at no other time', async () => {
  const { url } = await startScript()
  const client = startRoomful(url)
  const counts: [queued: number, sending: number][] = []
  client.outbox.subscribe(({ queued, sending }) => counts.push([queued, sending]))
  const room = await client.join('general')
  await Promise.all([room.emit('m', 1), room.emit('m', 2)])
  expect(counts).toEqual([
    [0, 1],
    [1, 1],
    [0, 1],
    [0, 0],
  ])
})
