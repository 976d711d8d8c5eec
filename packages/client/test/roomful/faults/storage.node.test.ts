import { type PersistentOutbox, persistentOutbox, type RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { until } from '../../support/test-client.ts'
import { createMemoryStorage } from '../storage/support/memory-storage.ts'
import { expectExact } from './support/exact.ts'
import { startPerson, texts } from './support/person.ts'
import { startLocalServer, startProxy } from './support/servers.ts'
import { SharedStorage } from './support/shared-storage.ts'

const full = () => Promise.reject(new Error('the disk is full'))
/** Stands for the caller's limit of 10 s. */
const hangs = () => new Promise<never>((_resolve, reject) => setTimeout(reject, 200, new Error('it took too long')))
type Open = NonNullable<PersistentOutbox['storage']>

describe('P6 P7 F15 a storage', () => {
  const faults: [string, Open, (string | undefined)?][] = [
    ['that rejects each write', async () => createMemoryStorage([], { beforeWrite: full }), 'the disk is full'],
    ['that hangs at each write', async () => createMemoryStorage([], { beforeWrite: hangs }), 'it took too long'],
    ['that cannot be read', async () => createMemoryStorage([], { beforeRead: full }), 'the disk is full'],
    ['that hangs when read', async () => createMemoryStorage([], { beforeRead: hangs }), 'it took too long'],
    ['that cannot be opened', full, 'the disk is full'],
    ['that hangs when opened', hangs, 'it took too long'],
    [
      'that throws when opened',
      () => {
        throw new Error('storage is forbidden here')
      },
      'storage is forbidden here',
    ],
    ['that does not exist', async () => undefined],
  ]
  test.each(faults)(
    '%s: messages stay in memory, `guarantees` says so, and they are sent',
    async (_what, open, expected) => {
      const server = await startLocalServer()
      const proxy = await startProxy(server)
      const ann = startPerson(proxy.url, 'Ann', { outbox: persistentOutbox({ storage: open }) })
      await ann.room.join()
      await ann.send('a1')
      proxy.cut()
      await until(ann.client, 'reconnecting')
      void ann.send(...texts('later', 5))
      await ann.room.join()
      await expectExact(server, [ann])
      expect(ann.client.guarantees).toMatchObject({ outbox: 'memory', exactlyOnce: true })
      const errors = ann.frames.flatMap((event) =>
        event.type === 'error' ? [`${event.source}: ${(event.error as Error).message}`] : [],
      )
      expect(errors).toEqual(expected === undefined ? [] : [`outbox: ${expected}`]) // reported once
    },
  )
  test('that works is named in `guarantees`', async () => {
    const server = await startLocalServer()
    const ann = startPerson(server.url, 'Ann', { outbox: new SharedStorage().openPage().outbox })
    await ann.room.join()
    await ann.send('a1')
    expect(ann.client.guarantees?.outbox).toBe('indexedDB')
  })
})

describe('P7 F16 during an outage', () => {
  async function startOffline() {
    const server = await startLocalServer()
    const proxy = await startProxy(server)
    const [ann, bob] = [startPerson(proxy.url, 'Ann'), startPerson(server.url, 'Bob')]
    await Promise.all([ann.room.join(), bob.room.join()])
    proxy.refuse()
    proxy.cut()
    await until(ann.client, 'reconnecting')
    return { server, proxy, ann, bob }
  }
  test('500 messages are queued, the 501st is rejected, and the 500 arrive', async () => {
    const { server, proxy, ann, bob } = await startOffline()
    void ann.send(...texts('a', 500))
    const error: RoomfulError = await ann.room.emit('message', { text: 'one more' }).catch((refusal) => refusal)
    expect(error).toMatchObject({ code: 'QUEUE_FULL' })
    expect(error.message).toMatch(
      /^"message" was not sent to room general: 500 messages of \d+ bytes are queued already$/,
    )
    expect(ann.client.outbox.getState()).toMatchObject({ queued: 500, sending: 0 })
    proxy.pass()
    await expectExact(server, [ann, bob])
    await ann.send('after the queue was sent')
  })
  test('1 MiB is queued, counted as UTF-8; one more message is rejected, and the others arrive', async () => {
    const { server, proxy, ann, bob } = await startOffline()
    const text = (n: number) => String(n).padEnd(1_000, '€')
    const size = (n: number) => new TextEncoder().encode(JSON.stringify({ text: text(n) })).length
    let bytes = 0
    for (let n = 1; bytes + size(n) <= 1_048_576; n += 1) {
      void ann.send(text(n))
      bytes += size(n)
    }
    expect(ann.messages.length).toBeLessThan(400)
    await expect(ann.room.emit('message', { text: text(0) })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    proxy.pass()
    await expectExact(server, [ann, bob])
  })
})
