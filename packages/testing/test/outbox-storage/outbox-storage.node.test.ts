import { type OutboxStorage, type OutboxStorageCase, outboxStorageSuite } from '@roomful/testing/outbox-storage'
import { describe, expect, test } from 'vitest'
import { asyncOutboxStorage, type AsyncStorage, createAsyncStorage } from './async-storage.ts'

type Break = (storage: OutboxStorage, address: string, shared: AsyncStorage) => Partial<OutboxStorage>

/** The cases over the adapter, of which `broken` replaces a part. */
function suiteOver(broken: Break = () => ({})): readonly OutboxStorageCase[] {
  const shared = createAsyncStorage()
  return outboxStorageSuite({
    open: async (address) => {
      const storage = asyncOutboxStorage(shared, address)
      return { ...storage, ...broken(storage, address, shared) }
    },
    breakNextWrite() {
      shared.isFull = true
      return () => (shared.isFull = false)
    },
  })
}

describe("a storage over React Native's AsyncStorage", () => {
  test.each(suiteOver())('$name', ({ run }) => expect(run()).resolves.toBeUndefined())
})

describe('a storage that breaks a rule fails its case', () => {
  type Write = OutboxStorage['write']
  const inMemory = (): ReturnType<typeof storageOver> => storageOver(new Map())

  test.each<[string, RegExp, Break]>([
    ['has a name of its own', /got "memory"/, () => ({ name: 'memory' })],
    ['is empty for a new address', /new address/, () => ({ read: async () => [['a.1', 'left']] })],
    [
      'reads what was written, and replaces and removes it',
      /store, replace and remove/,
      ({ write }) => ({ write: (changes) => write(changes.filter(([, text]) => text !== null)) }),
    ],
    [
      'accepts the removal of a key that it does not have',
      /no such key/,
      ({ read, write }) => ({
        async write(changes) {
          const keys = new Set((await read('')).map(([key]) => key))
          for (const [key, text] of changes) if (text === null && !keys.has(key)) throw new Error('no such key')
          await write(changes)
        },
      }),
    ],
    ['reads by a prefix of the key', /begins so/, ({ read }) => ({ read: () => read('') })],
    [
      'keeps addresses apart',
      /another address/,
      (
        (all) => () =>
          storageOver(all)
      )(new Map<string, string>()),
    ],
    ['has all records after it is closed and opened again', /survive the page/, inMemory],
    [
      'takes effect in the order in which writes were begun',
      /begun/,
      ({ write }) => ({ write: async (changes) => (await later(), await later(), write(changes)) }),
    ],
    [
      'never shows half of a write',
      /none or all/,
      ({ write }) => {
        const halves: Write = async (changes) => {
          await write(changes.slice(0, 250))
          await write(changes.slice(250))
        }
        return { write: halves }
      },
    ],
    [
      'makes all changes of a write, or none',
      /must change nothing/,
      ({ write }, address, shared) => ({
        async write(changes) {
          const removed = changes.flatMap(([key, text]) => (text === null ? [`roomful:outbox:${address}:${key}`] : []))
          await shared.multiRemove(removed)
          await write(changes)
        },
      }),
    ],
    [
      'makes all changes of a write, or none',
      /must reject/,
      ({ write }) => ({ write: (changes) => write(changes).catch(() => {}) }),
    ],
    [
      'holds many records and removes them',
      /written in one step/,
      ({ read }) => ({ read: async (prefix) => (await read(prefix)).slice(0, 100) }),
    ],
    [
      'holds large records',
      /1 MB/,
      ({ write }) => ({
        write: (changes) => write(changes.map(([key, text]) => [key, text && text.slice(0, 50_000)])),
      }),
    ],
    [
      'keeps any characters and the longest keys',
      /kept as they are/,
      ({ write }) => ({ write: (changes) => write(changes.map(([key, text]) => [key, text && text.trim()])) }),
    ],
    [
      'finishes a running write before it closes',
      /begun before close/,
      ({ write }) => {
        let isClosed = false
        return {
          write: async (changes) => (await later(), isClosed ? undefined : write(changes)),
          close: async () => void (isClosed = true),
        }
      },
    ],
  ])('%s', async (name, sentence, broken) => {
    const found = suiteOver(broken).find((each) => each.name === name)
    await expect(found?.run()).rejects.toThrow(sentence)
  })
})

/** A storage for every address over one map. */
function storageOver(all: Map<string, string>): Pick<OutboxStorage, 'read' | 'write'> {
  return {
    read: async (prefix) => [...all].filter(([key]) => key.startsWith(prefix)),
    async write(changes) {
      for (const [key, text] of changes)
        if (text === null) all.delete(key)
        else all.set(key, text)
    },
  }
}

function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
