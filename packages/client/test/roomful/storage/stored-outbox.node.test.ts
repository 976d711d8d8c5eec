import { type OutboxOption, RoomfulError } from '@roomful/client'
import { describe, expect, test, vi } from 'vitest'
import { persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'
import type { StorageEvents, StoredEntry } from '../../../src/roomful/storage/storage-session.ts'
import { codeOf, keysOf, textsOf } from '../../rooms/support/outcomes.ts'
import { joinAnswer, startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { rejection, startRoomful } from '../../support/test-client.ts'
import { createMemoryStorage, entry as storedEntry, type Faults, type MemoryStorage } from './support/memory-storage.ts'

/** A persistent outbox in a storage that has the entries of earlier pages. */
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
    const client = startRoomful(url, { outbox })
    const room = await client.join('general')
    await room.emit('m', 1)
    await eventually(() => expect(storage.writes).toEqual(['+1', '-1']))
    expect(client.guarantees?.outbox).toBe(storage.name)
  })
  test('sends nothing before the write is done', async () => {
    const { url, events } = await startScript(ada)
    const waiting: (() => void)[] = []
    const { outbox } = startOutbox([], { beforeWrite: () => new Promise((resolve) => waiting.push(resolve)) })
    const client = startRoomful(url, { outbox })
    const room = await client.join('general')
    const sent = codeOf(room.emit('m', 1))
    await eventually(() => expect(waiting).toHaveLength(1))
    await client
      .with({ timeoutMs: 20 })
      .emitWithAck('anything')
      .catch(() => {}) // enough time to send it
    expect(events()).not.toContain('$publish')
    waiting[0]?.()
    await expect(sent).resolves.toBe('confirmed')
  })
  test('does not send a stored message that cannot be marked: it is unknown, and stays in the storage as never sent', async () => {
    let answerJoin = (): void => {}
    const { url, events } = await startScript({
      ...ada,
      $join: () => (acknowledge) => (answerJoin = () => acknowledge(joinAnswer())),
    })
    const { outbox, storage } = startOutbox([], {
      beforeWrite: async (changes) => {
        if (changes.some(([, text]) => text === null || text.includes('sentAt'))) throw new Error('the disk is full')
      },
    })
    const onDrop = vi.fn<(dropped: { readonly error: RoomfulError }) => void>()
    const client = startRoomful(url, { outbox, onDrop })
    const room = client.room('general')
    void room.join()
    const sent = rejection(room.emit('m', 1))
    await eventually(() => expect(storage.writes).toEqual(['+1']))
    await eventually(() => expect(events()).toContain('$join'))
    answerJoin()
    const error = await sent
    expect(error).toMatchObject({
      code: 'UNKNOWN',
      message: expect.stringContaining('a later page may send') as string,
    })
    expect(onDrop.mock.calls).toEqual([[{ event: 'm', room: 'general', error }]])
    expect([...storage.records.values()].map((text) => text.includes('sentAt'))).toEqual([false])
    expect([client.guarantees?.outbox, client.outbox.getState().queued]).toEqual(['memory', 0])
    await expect(room.emit('m', 2)).resolves.toMatchObject({ confirmed: true })
    expect(events().filter((event) => event === '$publish')).toHaveLength(1)
  })
  test('stores nothing before the user is known', async () => {
    const { url } = await startScript(ada)
    const users: unknown[] = []
    const { outbox, storage } = startOutbox([], {
      async beforeWrite(changes) {
        for (const [, text] of changes) if (text !== null) users.push((JSON.parse(text) as StoredEntry).user)
      },
    })
    const client = startRoomful(url, { outbox })
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
    '%s loses no message: `guarantees` and `inspect` report that messages stay in memory; `onError` is not called',
    async (_name, faults) => {
      const { url } = await startScript(ada)
      const errors: unknown[] = []
      const seen: unknown[] = []
      const { outbox } = startOutbox([], faults)
      const client = startRoomful(url, {
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
  test('are sent first, with their own keys, also where the app joins no room', async () => {
    const { url, dataOf, events } = await startScript(ada)
    const { outbox, storage } = startOutbox([entry(4), entry(5)])
    const client = startRoomful(url, { outbox })
    await client.connect()
    await eventually(() => expect(events()).toEqual(['$join', '$publish', '$leave']))
    expect(dataOf('$publish')).toMatchObject([{ cid: 'a'.repeat(22), items: [{ n: 4 }, { n: 5 }] }])
    await eventually(() => expect(storage.writes.at(-1)).toBe('-4 -5'))
    expect([client.room('general').status, client.outbox.getState()]).toEqual([
      'left',
      { queued: 0, sending: 0, storage: storage.name, waitingForUser: 0 },
    ])
  })
  test('are sent after the messages of this page if their page closes later', async () => {
    const { url, dataOf } = await startScript(ada)
    const { outbox, events } = startOutbox()
    const room = await startRoomful(url, { outbox }).join('general')
    await room.emit('m', 'new')
    events().adopted([entry(1)])
    await eventually(() => expect(textsOf(dataOf('$publish'))).toEqual([['new'], ['old 1']]))
  })
  test('that another page has taken by force end as unknown, and the next message has another cid', async () => {
    const { url, dataOf } = await startScript({
      ...ada,
      $publish: ({ epoch, items }, _socket, nth) =>
        nth === 1 ? undefined : { ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) },
    })
    const { outbox, events, cid } = startOutbox()
    const client = startRoomful(url, { outbox, onError: () => {} })
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
