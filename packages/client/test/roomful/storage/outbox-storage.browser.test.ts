import { outboxStorageSuite } from '@roomful/testing/outbox-storage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pageId } from '../../../src/page-id.ts'
import { openIndexedDb } from '../../../src/roomful/storage/indexed-db.ts'
import { openLocalStorage } from '../../../src/roomful/storage/local-storage.ts'
import { keyOf, recordsIn } from '../../../src/roomful/storage/outbox-storage.ts'
import { newName } from './support/storage-page.ts'

/** Replaces a method until the test ends, or until the returned function is called. */
function patch<T extends object>(target: T, replacement: Partial<T>): () => void {
  const original = Object.fromEntries(Object.keys(replacement).map((key) => [key, target[key as keyof T]]))
  const restore = (): void => void Object.assign(target, original)
  Object.assign(target, replacement)
  onTestFinished(restore)
  return restore
}

describe('IndexedDB', () => {
  const name = newName()

  test.each(
    outboxStorageSuite({
      open: (address) => openIndexedDb(name, address),
      breakNextWrite() {
        const { put } = IDBObjectStore.prototype
        return patch(IDBObjectStore.prototype, {
          put(this: IDBObjectStore, value: { readonly key: string }) {
            if (value.key === 'a.4') throw new DOMException('full', 'QuotaExceededError')
            return put.call(this, value)
          },
        })
      },
    }),
  )('$name', ({ run }) => expect(run()).resolves.toBeUndefined())

  test('the transaction that the browser aborts changes nothing', async () => {
    const storage = await openIndexedDb(name, 'aborted')
    await storage.write([['a.1', '1']])
    const { put } = IDBObjectStore.prototype
    const restore = patch(IDBObjectStore.prototype, {
      put(this: IDBObjectStore, value: unknown) {
        const request = put.call(this, value)
        this.transaction.abort()
        return request
      },
    })
    await expect(
      storage.write([
        ['a.1', null],
        ['a.2', '2'],
      ]),
    ).rejects.toThrow('the database was closed')
    restore()
    expect(await storage.read('')).toEqual([['a.1', '1']])
    await storage.close()
  })

  test('P6 the records of the first edition are migrated; values that are none are left out', async () => {
    const name = newName()
    const address = 'https://example.test/'
    const record = (n: number) => ({
      cid: 'c'.repeat(22),
      n,
      user: 'ann',
      room: 'r',
      event: 'm',
      data: { n },
      began: 5,
    })
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(`${name}:outbox`, 1)
      request.onupgradeneeded = () => request.result.createObjectStore('entries', { keyPath: ['url', 'cid', 'n'] })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error!)
    })
    await new Promise((resolve) => {
      const transaction = database.transaction('entries', 'readwrite')
      const entries = transaction.objectStore('entries')
      for (const value of [
        record(1),
        { ...record(2), sentAt: 3 },
        { ...record(3), data: 10n },
        { ...record(4), cid: 'x' },
      ])
        entries.put({ ...value, url: address })
      entries.put({ ...record(5), url: 'https://other.test/' })
      entries.put({ ...record(6), url: 7 })
      transaction.oncomplete = resolve
    })
    database.onversionchange = () => database.close() // as a page of the first edition does
    const storage = await openIndexedDb(name, address)
    expect(recordsIn(await storage.read(''))).toEqual([record(1), { ...record(2), sentAt: 3 }])
    const other = await openIndexedDb(name, 'https://other.test/')
    expect(recordsIn(await other.read(''))).toEqual([record(5)])
    await storage.close()
    await other.close()
  })
})

describe('localStorage', () => {
  test.each(
    outboxStorageSuite({
      open: async (address) => openLocalStorage('roomful', address)!,
      breakNextWrite() {
        const { setItem } = Storage.prototype
        return patch(Storage.prototype, {
          setItem(this: Storage, key: string, value: string) {
            if (key.endsWith('a.4')) throw new DOMException('full', 'QuotaExceededError')
            setItem.call(this, key, value)
          },
        })
      },
    }),
  )('$name', ({ run }) => expect(run()).resolves.toBeUndefined())

  const record = (n: number) => ({ cid: 'c'.repeat(22), n, user: 'ann', room: 'r', event: 'm', data: { n }, began: 5 })

  test('P6 the lists of the first edition are migrated', async () => {
    const address = `https://example.test/${pageId()}`
    const item = `roomful:outbox:${address}:${'c'.repeat(22)}`
    localStorage.setItem(item, JSON.stringify([null, 5, record(1), { ...record(2), sentAt: 3 }, { n: 'x' }]))
    localStorage.setItem(`roomful:outbox:${address}:8080:${'d'.repeat(22)}`, JSON.stringify([record(3)]))
    const storage = openLocalStorage('roomful', address)!
    expect(recordsIn(await storage.read(''))).toEqual([record(1), { ...record(2), sentAt: 3 }])
    expect(localStorage.getItem(item)).toBeNull()
    const other = openLocalStorage('roomful', `${address}:8080`)!
    expect(recordsIn(await other.read('')).map(({ n }) => n)).toEqual([3])
  })

  test('P6 a list that cannot be migrated, since the storage is full, is left for the next page', async () => {
    const address = `https://example.test/${pageId()}`
    const item = `roomful:outbox:${address}:${'c'.repeat(22)}`
    localStorage.setItem(item, JSON.stringify([record(1)]))
    const { setItem } = Storage.prototype
    const restore = patch(Storage.prototype, {
      setItem(this: Storage, key: string, value: string) {
        if (key.endsWith(keyOf(record(1)))) throw new DOMException('full', 'QuotaExceededError')
        setItem.call(this, key, value)
      },
    })
    expect(await openLocalStorage('roomful', address)!.read('')).toHaveLength(1) // the list, which is no record
    restore()
    expect(recordsIn(await openLocalStorage('roomful', address)!.read(''))).toEqual([record(1)])
  })
})
