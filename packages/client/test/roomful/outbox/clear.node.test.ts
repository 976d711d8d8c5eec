import { persistentOutbox } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { startPlain } from '../../rooms/support/plain-server.ts'
import { codeOf, textsOf } from '../../rooms/support/outcomes.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { closedUrl } from '../../support/hostile-server.ts'
import { startClient, startRoomful } from '../../support/test-client.ts'
import { createMemoryStorage, entry } from '../storage/support/memory-storage.ts'

const ada = { hello: { user: { id: 'ada' } } }
const none = { queued: 0, sending: 0 }

describe('OB17 client.outbox.clear()', () => {
  test('discards the queued messages of all rooms; the outcome of sent ones is unknown; later messages are sent', async () => {
    const { url, dataOf } = await startScript({
      ...ada,
      $publish: ({ epoch, items }, _socket, nth) =>
        nth <= 2 ? undefined : { ok: true, epoch, results: items.map(({ n }) => ({ seq: n, at: 0 })) },
    })
    const client = startRoomful(url, { onDrop: () => {}, ackTimeoutMs: 200 })
    const [one, two] = await Promise.all(['one', 'two'].map((name) => client.join(name)))
    const ends = [one!, one!, two!, two!].map((room, n) => codeOf(room.emit('m', n)))
    await eventually(() => expect(dataOf('$publish')).toHaveLength(2))
    await client.outbox.clear()
    expect(client.outbox.getState()).toMatchObject(none)
    await expect(Promise.all(ends)).resolves.toEqual(['UNKNOWN', 'DISCARDED', 'UNKNOWN', 'DISCARDED'])
    await expect(codeOf(one!.emit('m', 'later'))).resolves.toBe('confirmed')
    expect(textsOf(dataOf('$publish'))).toEqual([[0], [2], ['later']])
  })

  test('removes the stored messages of the user, also those of closed pages, and leaves other users’ messages', async () => {
    const bobs = entry('a', 2, { user: 'bob' })
    const storage = createMemoryStorage([entry('a', 1, { room: 'never joined' }), bobs])
    const { url, dataOf } = await startScript({ ...ada, $join: () => undefined })
    const client = startRoomful(url, { outbox: persistentOutbox({ storage: async () => storage }), onDrop: () => {} })
    await client.connect()
    const room = client.room('general')
    room.retain()
    const end = codeOf(room.emit('m', 1))
    await eventually(() => expect(storage.records.size).toBe(3))
    await client.outbox.clear()
    await expect(end).resolves.toBe('DISCARDED')
    expect([...storage.records.keys()]).toEqual([`${bobs.cid}.2`])
    expect([client.outbox.getState(), dataOf('$publish')]).toMatchObject([none, []])
  })

  test('works without a connection, for the user of `persistentOutbox({ user })`', async () => {
    const storage = createMemoryStorage([entry('a', 1), entry('a', 2, { user: 'bob' })])
    const outbox = persistentOutbox({ user: 'ada', storage: async () => storage })
    const client = startRoomful(await closedUrl(), { outbox, onDrop: () => {} })
    void client.connect()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 1, waitingForUser: 0 }))
    await client.outbox.clear()
    expect([client.outbox.getState(), storage.records.size]).toMatchObject([none, 1])
  })

  test('removes the stored messages of all users while the user is unknown', async () => {
    const storage = createMemoryStorage([entry('a', 1), entry('a', 2, { user: 'bob' })])
    const client = startRoomful(await closedUrl(), { outbox: persistentOutbox({ storage: async () => storage }) })
    void client.connect()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ waitingForUser: 2 }))
    await client.outbox.clear()
    expect([client.outbox.getState(), storage.records.size]).toMatchObject([{ waitingForUser: 0 }, 0])
  })

  test('rejects with INTERNAL where the storage fails, and the messages are discarded all the same', async () => {
    const full = () => Promise.reject(new Error('the disk is full'))
    const storage = createMemoryStorage([entry('a', 1)], { beforeWrite: full })
    const outbox = persistentOutbox({ user: 'ada', storage: async () => storage })
    const client = startRoomful(await closedUrl(), { outbox, onDrop: () => {} })
    void client.connect()
    await eventually(() => expect(client.outbox.getState().queued).toBe(1))
    await expect(client.outbox.clear()).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(client.outbox.getState()).toMatchObject(none)
  })

  test('drops the queued emits with plainRooms()', async () => {
    const { url, words } = await startPlain()
    const client = startClient(url, { autoConnect: false, onDrop: () => {} })
    client.emit('dropped')
    const call = codeOf(client.emitWithAck('dropped'))
    expect(client.outbox.getState()).toMatchObject({ queued: 2 })
    await client.outbox.clear()
    await expect(call).resolves.toBe('DISCARDED')
    client.emit('later')
    await client.connect()
    await eventually(() => expect(words()).toEqual(['later']))
  })
})

describe('OB18 `waitingForUser`, after a reload without a connection,', () => {
  /** A page that could not send three messages of Ada, and is closed. */
  async function startReloaded() {
    const storage = createMemoryStorage()
    const open = async () => storage
    const first = startRoomful(await closedUrl(), {
      outbox: persistentOutbox({ user: 'ada', storage: open }),
      onDrop: () => {},
    })
    const room = first.room('general')
    room.retain()
    for (let n = 1; n <= 3; n += 1) void room.emit('m', n).catch(() => {})
    await eventually(() => expect(storage.records.size).toBe(3))
    first.close()
    return open
  }

  test('is the number of stored messages while the user is unknown, and 0 once they are taken over for the user', async () => {
    const open = await startReloaded()
    const { url, server, dataOf } = await startScript(ada)
    await server.close()
    const client = startRoomful(url, { outbox: persistentOutbox({ storage: open }) })
    void client.connect()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ ...none, waitingForUser: 3 }))
    await server.restart()
    await client.connect()
    await eventually(() => expect(textsOf(dataOf('$publish'))).toEqual([[1, 2, 3]]))
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ ...none, waitingForUser: 0 }))
  })

  test('is 0 with `persistentOutbox({ user })`: the messages are queued at once', async () => {
    const open = await startReloaded()
    const client = startRoomful(await closedUrl(), { outbox: persistentOutbox({ user: 'ada', storage: open }) })
    const counts: number[] = []
    client.outbox.subscribe(({ waitingForUser }) => counts.push(waitingForUser))
    void client.connect()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 3, waitingForUser: 0 }))
    expect(new Set(counts)).toEqual(new Set([0]))
  })

  test('is 0 for another user, who sees and sends none of them', async () => {
    const open = await startReloaded()
    const { url, dataOf } = await startScript({ hello: { user: { id: 'bob' } } })
    const client = startRoomful(url, { outbox: persistentOutbox({ storage: open }) })
    const room = await client.join('general')
    await room.emit('m', 'from Bob')
    expect(client.outbox.getState()).toMatchObject({ ...none, waitingForUser: 0 })
    expect(textsOf(dataOf('$publish'))).toEqual([['from Bob']])
  })
})
