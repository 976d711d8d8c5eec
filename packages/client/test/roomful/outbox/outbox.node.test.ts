import type { Hello } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { codeOf, keysOf, textsOf } from '../../rooms/support/outcomes.ts'
import { helloWith, startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { recordInspect, startClient, startRoomful, until } from '../../support/test-client.ts'

/** A server that is plain, or ours with the user that the test says. */
async function startChanging() {
  let user: string | undefined
  const script = await startScript({
    get hello(): Partial<Hello> | 'none' {
      return user === undefined ? 'none' : { user: { id: user } }
    },
  })
  return {
    ...script,
    restartAs: async (next: string | undefined) => {
      user = next
      await script.server.restart()
    },
  }
}

describe('C15 a server that changes its kind', () => {
  test('CN10 plain until its hello comes: from then on messages are confirmed', async () => {
    const { url, say, events, dataOf } = await startScript({ hello: 'none' })
    const client = startRoomful(url)
    const room = await client.join('general')
    await expect(room.emit('m', { text: 'plain' })).resolves.toMatchObject({ confirmed: false })
    say('$hello', helloWith())
    await until(client, 'connected', ({ guarantees }) => guarantees.rooms === 'roomful')
    await expect(room.emit('m', { text: 'kept' })).resolves.toMatchObject({ confirmed: true })
    expect(events()).toEqual(['join', 'm', '$join', '$publish'])
    expect(keysOf(dataOf('$publish'))).toEqual([[2]])
  })
  test('ours, then plain, then ours: what the first may have waits for the last', async () => {
    let isMute = true
    const script = await startScript({
      get hello(): Partial<Hello> | 'none' {
        return isPlain ? 'none' : {}
      },
      $publish: ({ epoch, items }) =>
        isMute ? undefined : { ok: true, epoch, results: items.map(({ n }) => ({ seq: n, at: 0 })) },
    })
    let isPlain = false
    const client = startRoomful(script.url)
    const room = await client.join('general')
    const sent = room.emit('m', { text: 'for ours' })
    await eventually(() => expect(script.dataOf('$publish')).toHaveLength(1))
    isPlain = true
    await script.server.restart()
    await until(client, 'connected', ({ guarantees }) => guarantees.rooms === 'plain')
    await expect(room.emit('m', { text: 'for anyone' })).resolves.toMatchObject({ confirmed: false })
    await eventually(() => expect(script.dataOf('m')).toEqual([{ room: 'general', text: 'for anyone' }]))
    ;[isPlain, isMute] = [false, false]
    await script.server.restart()
    await expect(sent).resolves.toMatchObject({ confirmed: true, seq: 1 })
    expect(keysOf(script.dataOf('$publish'))).toEqual([[1], [1]])
  })
})

test('C2 what one user said is not sent as another', async () => {
  const { url, dataOf, restartAs, server } = await startChanging()
  await restartAs('ada')
  const client = startClient(url)
  const room = await client.join('general')
  await server.close()
  await until(client, 'reconnecting')
  const sent = codeOf(room.emit('m', 'as Ada'))
  await restartAs('bob')
  await until(client, 'connected')
  await expect(codeOf(room.emit('m', 'as Bob'))).resolves.toBe('confirmed')
  expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }) // of Bob's
  await restartAs('ada')
  await expect(sent).resolves.toBe('confirmed')
  expect(textsOf(dataOf('$publish'))).toEqual([['as Bob'], ['as Ada']])
})

describe('C2 a message', () => {
  test('is sent as it was when it was given', async () => {
    const { url, dataOf } = await startScript()
    const room = startRoomful(url).room('general')
    void room.join()
    const data = { text: 'as given', at: new Date(0) }
    const sent = room.emit('m', data)
    data.text = 'changed'
    await sent
    expect(textsOf(dataOf('$publish'))).toEqual([[{ text: 'as given', at: '1970-01-01T00:00:00.000Z' }]])
  })
  test('EM9 that cannot be encoded is refused at once, and costs the others nothing', async () => {
    const { url, dataOf } = await startScript()
    const room = await startRoomful(url).join('general')
    const circle: Record<string, unknown> = {}
    circle['circle'] = circle
    const sent = [circle, { n: 1n }, 'good'].map((data) => codeOf(room.emit('m', data)))
    await expect(Promise.all(sent)).resolves.toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'confirmed'])
    expect(keysOf(dataOf('$publish'))).toEqual([[1]])
  })
})

describe('P7 the outbox has a bound', () => {
  test('of messages, over all rooms; one more is refused, and the others are sent', async () => {
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
    await expect(codeOf(rooms[0].emit('m', 'room again'))).resolves.toBe('confirmed')
  })
  test('of 1 MiB', async () => {
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

test('OB the counts tell of each change, and of nothing else', async () => {
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
