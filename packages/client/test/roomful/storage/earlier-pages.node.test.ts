import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest'
import { keyOf, textOf } from '../../../src/roomful/storage/outbox-storage.ts'
import { persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'
import { fakeLocks } from '../../support/fake-locks.ts'
import { cid, createMemoryStorage, entry, type MemoryStorage } from './support/memory-storage.ts'

const ADDRESS = 'https://example.test/'
const ITEM = `roomful:outbox-pages:${ADDRESS}`

let tab: Map<string, string>

beforeEach(() => {
  tab = new Map()
  vi.useFakeTimers()
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      postMessage(): void {}
      close(): void {}
    },
  )
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => tab.get(key) ?? null,
    setItem: (key: string, text: string) => void tab.set(key, text),
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const pagesOfTab = (): string[] => (JSON.parse(tab.get(ITEM) ?? '[]') as string[]).map((page) => page[0]!)
const setPages = (...pages: string[]): void => void tab.set(ITEM, JSON.stringify(pages.map(cid)))

/** Other tabs hold the locks of these pages. */
function holdLocks(...pages: string[]): void {
  fakeLocks({ answerMs: 1 })
  for (const page of pages) void navigator.locks.request(`roomful:${cid(page)}`, {}, () => new Promise(() => {}))
}

function open(page: string, storage: MemoryStorage) {
  const told: string[] = []
  let blocked: string[] = []
  const session = persistentOutbox({ storage: async () => storage }).open(
    { address: ADDRESS, cid: cid(page) },
    {
      adopted: (entries) => told.push(`adopted ${entries.map(({ data }) => data as string).join()}`),
      lost: () => {},
      moved: () => {},
      failed: (error) => told.push(String(error)),
      waiting: () => {},
      blocked: (names) => (blocked = [...names].map((name) => `${name[0]} ${name.slice(23)}`)),
      overtaken: () => told.push('overtaken'),
    },
  )
  return {
    session,
    told,
    blocked: () => blocked,
    /** Ends the wait for locks too. */
    async adopt(user: string | null = 'ada') {
      const adopting = session.adopt(user)
      await vi.advanceTimersByTimeAsync(1_000)
      return (await adopting).map(({ data }) => data)
    },
  }
}

describe('OB20 the pages of a tab', () => {
  test('are known at once: each page adds itself before anything is awaited', () => {
    holdLocks()
    for (const page of ['a', 'b', 'c']) open(page, createMemoryStorage()).session.begin()
    expect(pagesOfTab()).toEqual(['a', 'b', 'c'])
  })
  test('are at most 16', () => {
    holdLocks()
    const pages = 'abcdefghijklmnopqrst'.split('')
    for (const page of pages) open(page, createMemoryStorage()).session.begin()
    expect(pagesOfTab()).toEqual(pages.slice(-16))
  })
  test('that have left nothing are forgotten, except for the last one, which may be storing something', async () => {
    setPages('a', 'b', 'd', 'e')
    holdLocks('b')
    await open('c', createMemoryStorage([entry('b', 1)])).adopt()
    expect(pagesOfTab()).toEqual(['b', 'e', 'c'])
  })
  test.each(['{', '5', '["x",1,null]'])('are none in a text that holds none: %s', async (text) => {
    tab.set(ITEM, text)
    holdLocks()
    const { session } = open('c', createMemoryStorage())
    session.begin()
    expect(pagesOfTab()).toEqual(['c'])
  })
  test('are none without sessionStorage', async () => {
    vi.stubGlobal('sessionStorage', undefined)
    holdLocks()
    const { adopt, told } = open('c', createMemoryStorage([entry('a', 1)]))
    expect([await adopt(), told]).toEqual([['a1'], []])
  })
  test('are stored with each entry, and stay as they are when another page marks it', async () => {
    setPages('a', 'b')
    holdLocks('a', 'b')
    const storage = createMemoryStorage()
    const { session } = open('c', storage)
    const saved = session.save([entry('c', 1)], [])
    await vi.advanceTimersByTimeAsync(10)
    expect(await saved).toBe(true)
    session.close()
    await vi.advanceTimersByTimeAsync(0)
    const other = open('d', storage)
    await other.adopt()
    await other.session.save([entry('c', 1, { sentAt: 5 })], [])
    expect(JSON.parse(storage.records.get(keyOf(entry('c', 1)))!)).toMatchObject({
      sentAt: 5,
      after: [cid('a'), cid('b')],
    })
  })
})

describe('P3 OB20 the messages of a page', () => {
  test('wait in the rooms in which another tab has entries of an earlier page, until these are settled', async () => {
    setPages('a')
    holdLocks('a')
    const storage = createMemoryStorage([
      entry('a', 1),
      entry('a', 2, { room: 'news' }),
      entry('a', 3, { room: 'of-bob', user: 'bob' }),
      entry('b', 1, { room: 'of-another-tab' }),
    ])
    const { adopt, blocked } = open('c', storage)
    expect(await adopt()).toEqual(['b1'])
    expect(blocked()).toEqual(['c general', 'c news'])
    storage.records.delete(keyOf(entry('a', 2)))
    await vi.advanceTimersByTimeAsync(500)
    expect(blocked()).toEqual(['c general'])
    storage.records.delete(keyOf(entry('a', 1)))
    await vi.advanceTimersByTimeAsync(500)
    expect([blocked(), vi.getTimerCount()]).toEqual([[], 0])
  })
  test('wait for adopted ones until their removal is stored', async () => {
    setPages('a')
    holdLocks()
    const { adopt, blocked, session } = open('c', createMemoryStorage([entry('a', 1)]))
    expect([await adopt(), blocked()]).toEqual([['a1'], ['c general']])
    await session.save([], [entry('a', 1)])
    expect([blocked(), vi.getTimerCount()]).toEqual([[], 0])
  })
  test('do not wait for what an earlier page stores later: it is a duplicated tab that lives on', async () => {
    setPages('a')
    holdLocks('a')
    const storage = createMemoryStorage()
    const { adopt, blocked } = open('c', storage)
    await adopt()
    storage.records.set(keyOf(entry('a', 1)), textOf({ ...entry('a', 1), began: 1 }))
    await adopt()
    expect(blocked()).toEqual([])
  })
  test('go after 30 s, which is reported; after the next connect they wait again', async () => {
    setPages('a')
    holdLocks('a')
    const { adopt, blocked, told } = open('c', createMemoryStorage([entry('a', 1)]))
    await adopt()
    await vi.advanceTimersByTimeAsync(28_900)
    expect([blocked(), told]).toEqual([['c general'], []])
    await vi.advanceTimersByTimeAsync(1_100)
    expect([blocked(), told, vi.getTimerCount()]).toEqual([[], ['overtaken'], 0])
    await adopt()
    expect(blocked()).toEqual(['c general'])
  })
  test('do not wait while the client is stopped, nor with another user', async () => {
    setPages('a')
    holdLocks('a')
    const { adopt, blocked, session } = open('c', createMemoryStorage([entry('a', 1)]))
    await adopt()
    session.pause()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(vi.getTimerCount()).toBe(0)
    await adopt('bob')
    expect(blocked()).toEqual([])
  })
})

describe('P3 OB20 adopted messages', () => {
  const after = (storage: MemoryStorage, letter: string, began: number, ...pages: string[]): void => {
    const record = { ...entry(letter, 1), began, after: pages.map(cid) }
    storage.records.set(keyOf(record), textOf(record))
  }
  test('wait for those that an earlier page of their tab left, which another tab has', async () => {
    const storage = createMemoryStorage([entry('a', 1)])
    after(storage, 'b', 2, 'a')
    holdLocks('a')
    const { adopt, blocked } = open('c', storage)
    expect([await adopt(), blocked()]).toEqual([['b1'], ['b general']])
    storage.records.delete(keyOf(entry('a', 1)))
    await vi.advanceTimersByTimeAsync(500)
    expect(blocked()).toEqual([])
  })
  test('that name each other do not wait for ever', async () => {
    const storage = createMemoryStorage()
    after(storage, 'a', 1, 'b')
    after(storage, 'b', 2, 'a')
    holdLocks()
    const { adopt, blocked } = open('c', storage)
    expect([await adopt(), blocked()]).toEqual([['a1', 'b1'], ['b general']])
  })
})
