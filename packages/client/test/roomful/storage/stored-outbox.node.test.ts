import { type OutboxOption, RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'
import type { StorageEvents, StoredEntry } from '../../../src/roomful/storage/storage-session.ts'
import { codeOf, keysOf, textsOf } from '../../rooms/support/outcomes.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { startClient } from '../../support/test-client.ts'
import { createMemoryStorage, entry as storedEntry, type Faults, type MemoryStorage } from './support/memory-storage.ts'

/** An outbox in a storage in which earlier pages left this. */
function startOutbox(left: readonly StoredEntry[] = [], faults: Faults & { open?: () => Promise<MemoryStorage> } = {}) {
  const storage = createMemoryStorage(left, faults)
  const { open = async () => storage } = faults
  const option = persistentOutbox({ storage: open })
  let events: StorageEvents | undefined
  let cid = ''
  const outbox: OutboxOption = {
    ...option,
    open(page, given) {
      cid = page.cid
      events = given
      return option.open(page, given)
    },
  }
  return { outbox, storage, cid: () => cid, events: () => events! }
}

const entry = (n: number): StoredEntry => storedEntry('a', n, { data: `old ${n}`, sentAt: Date.now() })
const ada = { hello: { user: { id: 'ada' } } }

describe('C3 an outbox with a storage', () => {
  test('stores messages before it sends them, and removes them afterwards; `guarantees` names the storage', async () => {
    const { url } = await startScript(ada)
    const { outbox, storage } = startOutbox()
    const client = startClient(url, { outbox })
    const room = await client.join('general')
    await room.emit('m', 1)
    await eventually(() => expect(storage.writes).toEqual(['+1', '-1']))
    expect(client.guarantees?.outbox).toBe(storage.name)
  })
  test('sends nothing before the write is made', async () => {
    const { url, events } = await startScript(ada)
    const waiting: (() => void)[] = []
    const { outbox } = startOutbox([], { beforeWrite: () => new Promise((resolve) => waiting.push(resolve)) })
    const client = startClient(url, { outbox })
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 1))
    await eventually(() => expect(waiting).toHaveLength(1))
    await client
      .with({ timeoutMs: 20 })
      .emitWithAck('anything')
      .catch(() => {}) // a moment in which it could go
    expect(events()).not.toContain('$publish')
    waiting[0]?.()
    await expect(sent).resolves.toBe('confirmed')
  })
  test('stores nothing before the user is known', async () => {
    const { url } = await startScript(ada)
    const users: unknown[] = []
    const { outbox, storage } = startOutbox([], {
      async beforeWrite(changes) {
        for (const [, text] of changes) if (text !== null) users.push((JSON.parse(text) as StoredEntry).user)
      },
    })
    const client = startClient(url, { outbox })
    const room = client.room('general')
    void room.join()
    await room.emit('m', 1)
    await eventually(() => expect(storage.writes.at(-1)).toBe('-1'))
    expect(new Set(users)).toEqual(new Set(['ada']))
  })
})

describe('C3 a storage that fails', () => {
  const full = new RoomfulError('INTERNAL', 'the disk is full')
  const fails = () => Promise.reject(full)

  test.each([
    ['to open', { open: fails }],
    ['to store', { beforeWrite: fails }],
  ])(
    '%s loses no message: they stay in memory, `guarantees` and `inspect` say so, and `onError` hears nothing',
    async (_name, faults) => {
      const { url } = await startScript(ada)
      const errors: unknown[] = []
      const seen: unknown[] = []
      const { outbox } = startOutbox([], faults)
      const client = startClient(url, {
        outbox,
        onError: (error) => errors.push(error),
        inspect: (event) => event.type === 'error' && seen.push(event.error),
      })
      const room = await client.join('general')
      await expect(Promise.all([room.emit('m', 1), room.emit('m', 2)].map(codeOf))).resolves.toEqual([
        'confirmed',
        'confirmed',
      ])
      expect(client.guarantees?.outbox).toBe('memory')
      expect([seen, errors]).toEqual([[full], []])
    },
  )
})

describe('C11 messages of earlier pages', () => {
  test('go first, under their own keys, also where the app joins no room', async () => {
    const { url, dataOf, events } = await startScript(ada)
    const { outbox, storage } = startOutbox([entry(4), entry(5)])
    const client = startClient(url, { outbox })
    await client.connect()
    await eventually(() => expect(events()).toEqual(['$join', '$publish', '$leave']))
    expect(dataOf('$publish')).toMatchObject([{ cid: 'a'.repeat(22), items: [{ n: 4 }, { n: 5 }] }])
    await eventually(() => expect(storage.writes.at(-1)).toBe('-4 -5'))
    expect([client.room('general').status, client.outbox.getState()]).toEqual([
      'left',
      { queued: 0, sending: 0, place: storage.name },
    ])
  })
  test('go behind own messages if their page closes later', async () => {
    const { url, dataOf } = await startScript(ada)
    const { outbox, events } = startOutbox()
    const room = await startClient(url, { outbox }).join('general')
    await room.emit('m', 'ours')
    events().adopted([entry(1)])
    await eventually(() => expect(textsOf(dataOf('$publish'))).toEqual([['ours'], ['old 1']]))
  })
  test('of a page whose lock another page took are unknown to it; its next message has another key', async () => {
    const { url, dataOf } = await startScript({
      ...ada,
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 1 ? undefined : { ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) },
    })
    const { outbox, events, cid } = startOutbox()
    const client = startClient(url, { outbox, onError: () => {} })
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 'taken over'))
    await eventually(() => expect(dataOf('$publish')).toHaveLength(1))
    events().lost(cid())
    await expect(sent).resolves.toBe('UNKNOWN')
    await expect(codeOf(room.emit('m', 'next'))).resolves.toBe('confirmed')
    const cids = (dataOf('$publish') as { cid: string }[]).map((request) => request.cid)
    expect([cids[0], cids[1] === cids[0], keysOf(dataOf('$publish'))]).toEqual([cid(), false, [[1], [1]]])
  })
})
