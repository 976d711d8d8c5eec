import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OutboxStorage } from '../../../src/roomful/storage/outbox-storage.ts'
import { persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'
import type { StorageSession } from '../../../src/roomful/storage/storage-session.ts'
import { fakeLocks } from '../../support/fake-locks.ts'
import { cid, createMemoryStorage, entry } from './support/memory-storage.ts'

beforeEach(() => {
  vi.stubGlobal('navigator', {}) // no Web Locks, as in React Native
  vi.useFakeTimers()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

type Open = () => Promise<OutboxStorage | undefined>

/** A session of a page, and what it told. */
function start(storage: OutboxStorage | Open = createMemoryStorage(), page = 'c') {
  const told: string[] = []
  const open = vi.fn<(address: string) => Promise<OutboxStorage | undefined>>(
    typeof storage === 'function' ? storage : async () => storage,
  )
  const session: StorageSession = persistentOutbox({ storage: open }).open(
    { address: 'https://example.test/', cid: cid(page) },
    {
      adopted: (entries) => told.push(`adopted ${entries.length}`),
      lost: (page) => told.push(`lost ${page}`),
      moved: () => told.push(`moved to ${session.storage}`),
      failed: (error) => told.push(`failed: ${(error as Error).message}`),
      waiting: (count) => told.push(`waiting ${count}`),
      blocked: () => {},
      overtaken: () => told.push('overtaken'),
    },
  )
  return { session, told, open }
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)
const fails = (): Promise<never> => Promise.reject(new Error('the disk is full'))
const hangs = (): Promise<never> => new Promise(() => {})
const moved = 'moved to memory of the test'

describe('a session', () => {
  test('opens nothing before it is used, nor where nothing was ever stored', async () => {
    const { session, open } = start()
    expect(session.save([], [entry('c', 1)])).toBeUndefined()
    session.pause()
    session.close()
    await settle()
    expect(open).not.toHaveBeenCalled()
  })

  test('opens the storage of its address once, and names it', async () => {
    const { session, open, told } = start()
    session.begin()
    expect(session.storage).toBe('memory')
    await session.adopt('ada')
    await session.save([entry('c', 1)], [])
    expect(open.mock.calls).toEqual([['https://example.test/']])
    expect([session.storage, told]).toEqual(['memory of the test', [moved]])
  })

  test('C3 stores and removes in one write, one after the other', async () => {
    const storage = createMemoryStorage()
    const { session } = start(storage)
    const saves = [
      session.save([entry('c', 1), entry('c', 2)], []),
      session.save([entry('c', 2, { sentAt: 5 }), entry('c', 3)], [entry('c', 1)]),
      session.save([], [entry('c', 3)]),
    ]
    for (const saved of saves) await expect(saved).resolves.toBe(true)
    expect(storage.writes).toEqual(['+1 +2', '-1 +2 +3', '-3'])
    expect([...storage.records.keys()]).toEqual([`${cid('c')}.2`])
  })

  test('C11 adopts the entries of its user, the oldest page first, once', async () => {
    const storage = createMemoryStorage([entry('b', 10), entry('b', 2), entry('a', 1), entry('a', 2, { user: null })])
    const { session, told } = start(storage)
    expect(await session.adopt('ada')).toEqual([entry('a', 1), entry('b', 2), entry('b', 10)])
    expect(await session.adopt('ada')).toEqual([])
    expect(await session.adopt(null)).toEqual([entry('a', 2, { user: null })])
    expect(told).toEqual([moved])
  })

  test('C11 an entry keeps the age of its page when another page marks it', async () => {
    const storage = createMemoryStorage([entry('z', 1)])
    const { session } = start(storage)
    await session.adopt('ada')
    await session.save([entry('z', 1, { sentAt: 7 }), entry('c', 1)], [])
    const next = start(storage, 'd').session
    expect(await next.adopt('ada')).toEqual([entry('z', 1, { sentAt: 7 }), entry('c', 1)])
  })

  test('P3 two calls of `adopt` at once share no entry, and the second waits for the first', async () => {
    let answer = (): void => {}
    const beforeRead = vi.fn<() => Promise<void>>(async () => {})
    beforeRead.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
    const { session } = start(createMemoryStorage([entry('a', 1)], { beforeRead }))
    const taken: number[] = []
    for (let connects = 0; connects < 2; connects++)
      void session.adopt('ada').then((entries) => taken.push(entries.length))
    await settle()
    expect([beforeRead.mock.calls.length, taken]).toEqual([1, []])
    answer()
    await settle()
    expect(taken).toEqual([1, 0])
  })
})

describe('OB12 the entries of a closed page', () => {
  test('are adopted as soon as a busy browser grants the free lock', async () => {
    fakeLocks({ answerMs: 3_000 })
    const { session, told } = start(createMemoryStorage([entry('a', 1), entry('a', 2)]))
    const adopting = session.adopt('ada')
    await vi.advanceTimersByTimeAsync(3_500)
    expect([await adopting, told]).toEqual([[], [moved, 'adopted 2']])
    session.close()
  })
})

describe('OB12 the number of stored messages', () => {
  const left = [entry('a', 1), entry('a', 2, { user: 'bob' }), entry('b', 1, { user: null })]

  test('is reported before the user is known, without adopting any, and is 0 afterwards', async () => {
    const storage = createMemoryStorage(left)
    const { session, told } = start(storage)
    session.begin()
    session.begin()
    await settle()
    expect(told).toEqual([moved, 'waiting 3'])
    await session.adopt('ada')
    expect(told).toEqual([moved, 'waiting 3', 'waiting 0'])
    expect(storage.writes).toEqual([])
  })

  test('is not reported where the user is known from the beginning, nor where nothing is stored', async () => {
    const known = start(createMemoryStorage(left))
    known.session.begin()
    await known.session.adopt('ada')
    const empty = start()
    empty.session.begin()
    await settle()
    expect([known.told, empty.told]).toEqual([[moved], [moved]])
  })
})

describe('clear', () => {
  const left = [entry('a', 1), entry('a', 2, { user: 'bob' }), entry('b', 1)]

  test('removes the entries of one user, its own and those that closed pages left', async () => {
    const storage = createMemoryStorage(left)
    const { session } = start(storage)
    await session.save([entry('c', 1), entry('c', 2, { user: 'bob' })], [])
    await session.clear('ada')
    expect([...storage.records.keys()]).toEqual([`${cid('a')}.2`, `${cid('c')}.2`])
    expect(await session.adopt('ada')).toEqual([])
  })

  test('removes the entries of all users while the user is unknown', async () => {
    const storage = createMemoryStorage(left)
    const { session, told } = start(storage)
    session.begin()
    await session.clear(undefined)
    expect(storage.records.size).toBe(0)
    expect(told).toEqual([moved, 'waiting 3', 'waiting 0'])
  })

  test('rejects where the storage fails, and where the session is closed', async () => {
    const { session } = start(createMemoryStorage(left, { beforeWrite: fails }))
    await expect(session.clear('ada')).rejects.toMatchObject({
      code: 'INTERNAL',
      cause: { message: 'the disk is full' },
    })
    session.close()
    await expect(session.clear('ada')).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

describe('a storage that loses records', () => {
  test('C3 gets everything again: a write that rejects once is made with all entries of the page', async () => {
    const beforeWrite = vi.fn<() => Promise<void>>(async () => {})
    const storage = createMemoryStorage([entry('a', 1)], { beforeWrite })
    const { session, told } = start(storage)
    await session.adopt('ada')
    await session.save([entry('c', 1), entry('c', 2)], [])
    storage.records.clear()
    beforeWrite.mockImplementationOnce(fails)
    await expect(session.save([entry('c', 3)], [entry('c', 1)])).resolves.toBe(true)
    expect([...storage.records.keys()].sort()).toEqual([`${cid('a')}.1`, `${cid('c')}.2`, `${cid('c')}.3`])
    expect(told).toEqual([moved])
  })
})

describe('P6 F15 a storage that fails', () => {
  const gaveUp = (why: string) => [moved, 'moved to memory', `failed: ${why}`]

  test('to write is given up: its entries are removed from it, and stay in memory', async () => {
    const beforeWrite = vi.fn<() => Promise<void>>(async () => {})
    const storage = createMemoryStorage([], { beforeWrite })
    const { session, told } = start(storage)
    await session.save([entry('c', 1)], [])
    beforeWrite.mockImplementationOnce(fails).mockImplementationOnce(fails)
    await expect(session.save([entry('c', 2)], [])).resolves.toBe(true)
    expect([storage.records.size, session.storage]).toEqual([0, 'memory'])
    expect(told).toEqual(gaveUp('the disk is full'))
    expect(session.save([entry('c', 3)], [entry('c', 1)])).toBeUndefined()
  })

  test('OB8 to write and to remove is given up: every later change of a stored entry counts as not stored', async () => {
    const beforeWrite = vi.fn<() => Promise<void>>(async () => {})
    const storage = createMemoryStorage([], { beforeWrite })
    const { session, told } = start(storage)
    await session.save([entry('c', 1)], [])
    beforeWrite.mockImplementation(fails)
    await expect(session.save([], [entry('c', 1)])).resolves.toBe(false)
    await expect(session.save([], [entry('c', 1)])).resolves.toBe(false)
    expect(session.save([entry('c', 2)], [])).toBeUndefined() // it is in memory alone
    expect(told).toEqual(gaveUp('the disk is full'))
  })

  test('to read is given up', async () => {
    const { session, told } = start(createMemoryStorage([entry('a', 1)], { beforeRead: fails }))
    expect(await session.adopt('ada')).toEqual([])
    expect(told).toEqual(gaveUp('the disk is full'))
  })

  test.each<[string, Open]>([
    ['rejects', fails],
    [
      'throws',
      () => {
        throw new Error('the disk is full')
      },
    ],
  ])('to open (%s) is given up', async (_how, open) => {
    const { session, told } = start(open)
    session.begin()
    await expect(session.save([entry('c', 1)], [])).resolves.toBe(true)
    expect([session.storage, told]).toEqual(['memory', ['failed: the disk is full']])
  })

  test('to answer is given up after 10 s; the write that hangs is not repeated', async () => {
    const beforeWrite = vi.fn<() => Promise<void>>(hangs)
    const { session, told } = start(createMemoryStorage([], { beforeWrite }))
    const saved = session.save([entry('c', 1)], [])?.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(9_999)
    expect(told).toEqual([moved])
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toEqual([moved, 'moved to memory', 'failed: timed out after 10000 ms storing messages'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await saved).toMatchObject({ code: 'TIMEOUT' }) // it may be stored later
    await expect(session.save([entry('c', 1)], [])).resolves.toBe(false)
    expect(beforeWrite).toHaveBeenCalledTimes(2) // the write, and the removal of what it may store later
  })

  test('to open for 10 s is given up, and is closed when it opens later', async () => {
    const storage = createMemoryStorage()
    let answer: (storage: OutboxStorage) => void = () => {}
    const { session, told } = start(() => new Promise((resolve) => (answer = resolve)))
    session.begin()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(told).toEqual(['failed: timed out after 10000 ms opening the outbox storage'])
    answer(storage)
    await settle()
    expect([storage.isClosed, session.storage]).toEqual([true, 'memory'])
  })

  test('or does not exist: messages stay in memory, which is no failure', async () => {
    const { session, told } = start(async () => undefined)
    session.begin()
    expect(await session.adopt('ada')).toEqual([])
    expect(session.save([entry('c', 1)], [])).toBeUndefined()
    expect(told).toEqual([])
  })
})

describe('a session that is closed', () => {
  test('stores the changes that were saved before, closes the storage, and leaves no timer', async () => {
    const storage = createMemoryStorage()
    const { session } = start(storage)
    session.begin()
    await session.adopt('ada')
    const saved = session.save([entry('c', 1)], [])
    session.close()
    session.close()
    await expect(saved).resolves.toBe(true)
    await settle()
    expect([storage.writes, storage.isClosed, vi.getTimerCount()]).toEqual([['+1'], true, 0])
    expect(session.save([entry('c', 2)], [])).toBeUndefined()
    expect(await session.adopt('ada')).toEqual([])
  })

  test('while its storage opens leaves no timer, reports nothing, and closes the storage when it opens', async () => {
    const storage = createMemoryStorage([entry('a', 1)])
    let answer: (storage: OutboxStorage) => void = () => {}
    const { session, told } = start(() => new Promise((resolve) => (answer = resolve)))
    session.begin()
    const adopting = session.adopt('ada')
    await settle()
    session.close()
    expect(await adopting).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
    answer(storage)
    await settle()
    expect([storage.isClosed, told]).toEqual([true, []])
  })

  test('adopts nothing more, and neither does one that is paused', async () => {
    let answer = (): void => {}
    const beforeRead = vi.fn<() => Promise<void>>(() => new Promise((resolve) => (answer = resolve)))
    for (const end of ['pause', 'close'] as const) {
      const { session } = start(createMemoryStorage([entry('a', 1)], { beforeRead }))
      const adopting = session.adopt('ada')
      await settle()
      session[end]()
      answer()
      expect(await adopting).toEqual([])
    }
  })
})
