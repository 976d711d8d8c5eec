import { createAsyncStorage } from '@react-native-async-storage/async-storage/jest'
import { type AsyncStorage, asyncStorageOutbox } from '@roomful/client'
import { outboxStorageSuite } from '@roomful/testing/outbox-storage'
import { describe, expect, test } from 'vitest'

const ADDRESS = 'https://example.test/'
const ITEM = `roomful:outbox:${ADDRESS}`

/** AsyncStorage in memory. As the real one, it answers later, and keeps nothing of a call that fails. */
class MemoryStorage implements AsyncStorage {
  readonly items = new Map<string, string>()
  failing = false

  getItem = async (key: string) => this.#later(() => this.items.get(key) ?? null)
  setItem = async (key: string, text: string) => this.#later(() => void this.items.set(key, text))
  removeItem = async (key: string) => this.#later(() => void this.items.delete(key))

  async #later<T>(work: () => T): Promise<T> {
    await Promise.resolve()
    if (this.failing) throw new Error('the disk is full')
    return work()
  }
}

describe('OB19 a storage in AsyncStorage', () => {
  const memory = new MemoryStorage()
  const breakNextWrite = () => {
    memory.failing = true
    return () => (memory.failing = false)
  }
  const cases = outboxStorageSuite({ open: asyncStorageOutbox(memory), breakNextWrite })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('OB19 a storage in the mock of @react-native-async-storage/async-storage', () => {
  const mock = createAsyncStorage('roomful')
  const cases = outboxStorageSuite({ open: asyncStorageOutbox(mock) })
  test.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('OB19 what is in the item', () => {
  test('is removed with the last record; other items stay as they are', async () => {
    const memory = new MemoryStorage()
    memory.items.set('theme', 'dark')
    const storage = await asyncStorageOutbox(memory)(ADDRESS)
    await storage.write([['a.1', 'one']])
    expect([...memory.items.keys()]).toEqual(['theme', ITEM])
    await storage.write([['a.1', null]])
    expect([...memory.items]).toEqual([['theme', 'dark']])
  })

  test.each(['', 'x', 'null', '5', '{"a.1":"one"}', '[1,["a.1"],["a.1",1],["a.1","one",2]]'])(
    'holds no records where other code wrote %s, and is written again',
    async (text) => {
      const memory = new MemoryStorage()
      memory.items.set(ITEM, text)
      const storage = await asyncStorageOutbox(memory)(ADDRESS)
      expect(await storage.read('')).toEqual([])
      await storage.write([['a.2', 'two']])
      expect(await (await asyncStorageOutbox(memory)(ADDRESS)).read('')).toEqual([['a.2', 'two']])
    },
  )

  test('is at most 2,000,000 bytes: a larger write rejects with TOO_LARGE and changes nothing', async () => {
    const memory = new MemoryStorage()
    const storage = await asyncStorageOutbox(memory)(ADDRESS)
    const text = '€'.repeat(600_000)
    await storage.write([['a.1', text]])
    await expect(storage.write([['a.2', 'x'.repeat(200_000)]])).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(await storage.read('')).toEqual([['a.1', text]])
    await storage.write([['a.2', 'x'.repeat(100_000)]])
    expect(await storage.read('a.2')).toHaveLength(1)
  })

  test('is complete again after other code cleared AsyncStorage', async () => {
    const memory = new MemoryStorage()
    const storage = await asyncStorageOutbox(memory)(ADDRESS)
    await storage.write([['a.1', 'one']])
    memory.items.clear()
    await storage.write([['a.2', 'two']])
    expect(JSON.parse(memory.items.get(ITEM)!)).toEqual([
      ['a.1', 'one'],
      ['a.2', 'two'],
    ])
  })
})

test.each([undefined, null, 'AsyncStorage', {}, { getItem: () => null }])(
  'asyncStorageOutbox(%o) throws INVALID_ARGUMENT',
  (storage) => {
    expect(() => asyncStorageOutbox(storage as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('asyncStorageOutbox: expected AsyncStorage, got') as string,
      }),
    )
  },
)
