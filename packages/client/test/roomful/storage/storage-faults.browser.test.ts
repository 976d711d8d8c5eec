import { describe, expect, test } from 'vitest'
import { pageId } from '../../../src/page-id.ts'
import {
  expectAdopted,
  locks,
  newPage,
  newUrl,
  openPage,
  type PageWindow,
  withoutIndexedDb,
  withoutLocalStorage,
  newName,
} from './support/storage-page.ts'

type Breaking = (window: PageWindow) => void

/** An `indexedDB` whose `open` does this. */
const openDoes =
  (open: (window: PageWindow) => unknown): Breaking =>
  (window) =>
    Object.defineProperty(window, 'indexedDB', { value: { open: () => open(window) } })

const isHeld = async (cid: string): Promise<boolean> => (await locks()).held.includes(`roomful:${cid}`)

describe('F15 a browser that refuses its storage', () => {
  const refusals: [string, Breaking][] = [
    ['is missing', withoutIndexedDb],
    [
      'throws',
      openDoes(() => {
        throw new DOMException('not here', 'SecurityError')
      }),
    ],
    ['never answers', openDoes(() => ({}))],
    ['fails', openDoes((window) => failing(window))],
    ['is of a later version', (window) => laterVersion(window)],
  ]

  test.each(refusals)('C3 IndexedDB that %s: messages are stored in localStorage', async (_, breaking) => {
    const url = newUrl()
    const page = await openPage({ url, breaking })
    expect(page.session.storage).toBe('localStorage')
    await page.save([page.entry(1)])
    await page.died()
    await expectAdopted(await openPage({ url, breaking }), 'ann', [page.entry(1)])
  })

  test('C3 a database that opens too late is closed again', async () => {
    const name = newName()
    let answer = (): void => {}
    const page = await openPage({
      name,
      url: newUrl(),
      breaking(window) {
        const { indexedDB } = window
        const late = openDoes(() => {
          const request = indexedDB.open(`${name}:outbox`)
          const shown = { result: undefined as IDBDatabase | undefined, onsuccess: () => {} }
          request.onsuccess = () => {
            shown.result = request.result
            answer = () => shown.onsuccess()
          }
          return shown
        })
        late(window)
      },
    })
    expect(page.session.storage).toBe('localStorage')
    answer()
    await expect(deleted(name)).resolves.toBe('deleted') // it would wait for a connection that is open
  })

  test('C3 IndexedDB and localStorage: messages stay in memory, and no lock is held', async () => {
    const breaking: Breaking = (window) => {
      withoutIndexedDb(window)
      withoutLocalStorage(window)
    }
    const page = await newPage({ url: newUrl(), breaking })
    expect(await page.session.adopt('ann')).toEqual([])
    expect(page.session.save([page.entry(1)], [])).toBeUndefined()
    expect([page.session.storage, page.failed, await isHeld(page.cid)]).toEqual(['memory', [], false])
  })

  test('C11 Web Locks that are missing: messages stay in memory', async () => {
    const breaking: Breaking = (window) => Object.defineProperty(window.navigator, 'locks', { value: undefined })
    const page = await newPage({ url: newUrl(), breaking })
    expect(await page.session.adopt('ann')).toEqual([])
    expect(page.session.save([page.entry(1)], [])).toBeUndefined()
    expect([page.session.storage, page.failed]).toEqual(['memory', []])
  })

  const lockFaults: [string, object][] = [
    ['are refused', { request: () => Promise.reject(new DOMException('not here', 'SecurityError')) }],
    ['never come', { request: () => new Promise(() => {}) }],
  ]

  test.each(lockFaults)('C11 Web Locks that %s: nothing is stored, and the storage is given up', async (_, value) => {
    const url = newUrl()
    const breaking: Breaking = (window) => Object.defineProperty(window.navigator, 'locks', { value })
    const page = await openPage({ url, breaking })
    await page.save([page.entry(1)]) // nothing of it is left in the storage either
    expect(page.session.storage).toBe('memory')
    expect(page.failed).toHaveLength(1)
    await expectAdopted(await openPage({ url }), 'ann', [])
  })
})

describe('F15 a storage that fails later', () => {
  test('C11 a page holds its lock from its first entry on, and not before', async () => {
    const page = await openPage({ url: newUrl() })
    await page.session.adopt('ann')
    await page.session.save([], [page.entry(7)])
    expect(await isHeld(page.cid)).toBe(false)
    await page.save([page.entry(1)])
    expect(await isHeld(page.cid)).toBe(true)
  })

  type Failing = [string, string, (window: PageWindow) => void]
  const full = (): never => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const failures: Failing[] = [
    [
      'IndexedDB throws',
      'full',
      ({ IDBObjectStore: { prototype } }) => {
        const { put } = prototype
        prototype.put = function (row) {
          return row.key.endsWith('.3') ? full() : put.call(this, row)
        }
      },
    ],
    [
      'IndexedDB aborts',
      'the database was closed',
      ({ IDBObjectStore: { prototype } }) => {
        const { put } = prototype
        prototype.put = function (row) {
          const request = put.call(this, row)
          if (row.key.endsWith('.3')) this.transaction.abort()
          return request
        }
      },
    ],
    [
      'localStorage is full',
      'full',
      (window) => {
        withoutIndexedDb(window)
        const { setItem } = window.Storage.prototype
        window.Storage.prototype.setItem = function (key, value) {
          if (key.endsWith('.3')) full()
          setItem.call(this, key, value)
        }
      },
    ],
  ]

  test.each(failures)(
    'C3 %s: the page removes its entries from the storage and keeps its messages in memory',
    async (_, why, breaking) => {
      const url = newUrl()
      const page = await openPage({ url, breaking })
      await page.save([page.entry(1), page.entry(2)])
      await page.save([page.entry(3)], [page.entry(1)])
      expect(page.session.storage).toBe('memory')
      expect(page.failed.map(String)).toEqual([expect.stringContaining(why)])
      expect(page.session.save([page.entry(4)], [])).toBeUndefined()
      await page.died()
      const next = await openPage({ url, breaking })
      expect(await next.session.adopt('ann')).toEqual([])
      await next.died()
    },
  )

  const unmarkable: Failing[] = [
    [
      'IndexedDB that aborts',
      'indexedDB',
      ({ IDBObjectStore: { prototype } }) => {
        for (const name of ['put', 'delete'] as const) {
          const method = prototype[name] as (this: IDBObjectStore, ...args: unknown[]) => IDBRequest
          prototype[name] = function (this: IDBObjectStore, ...args: unknown[]) {
            const request = method.apply(this, args)
            if (name === 'delete' || (args[0] as { text: string }).text.includes('sentAt')) this.transaction.abort()
            return request
          } as never
        }
      },
    ],
    [
      'localStorage that is full',
      'localStorage',
      (window) => {
        withoutIndexedDb(window)
        const { setItem, removeItem } = window.Storage.prototype
        let isFull = false
        window.Storage.prototype.setItem = function (key, value) {
          if (value.includes('sentAt')) {
            isFull = true
            full()
          }
          setItem.call(this, key, value)
        }
        // Another tab takes the space at once.
        window.Storage.prototype.removeItem = function (key) {
          if (isFull && this.getItem(key)?.includes('sentAt') === false) full()
          removeItem.call(this, key)
        }
      },
    ],
  ]

  test.each(unmarkable)(
    'C3 %s has a message that it cannot mark as sent: the page is told so, and the next page has the message as never sent',
    async (_, name, breaking) => {
      const url = newUrl()
      const page = await openPage({ url, breaking })
      expect(page.session.storage).toBe(name)
      await page.save([page.entry(1)])
      expect(await page.session.save([page.entry(1, { sentAt: 5 })], [])).toBe(false)
      expect([page.session.storage, page.failed.length, await isHeld(page.cid)]).toEqual(['memory', 1, true])
      await page.died()
      const next = await openPage({ url, ...(name === 'localStorage' && { breaking: withoutIndexedDb }) })
      await expectAdopted(next, 'ann', [page.entry(1)])
    },
  )

  test('C3 the database is deleted while it is open: the next change stores the earlier entries again', async () => {
    const [name, url] = [newName(), newUrl()]
    const page = await openPage({ name, url })
    await page.save([page.entry(1), page.entry(2)])
    expect(await deleted(name)).toBe('deleted')
    await page.save([page.entry(3)], [page.entry(1)])
    await page.died()
    await expectAdopted(await openPage({ name, url }), 'ann', [page.entry(2), page.entry(3)])
  })

  test('C3 the browser closes the database: it is opened again', async () => {
    const [name, url] = [newName(), newUrl()]
    let opened: IDBDatabase | undefined
    const page = await openPage({
      name,
      url,
      breaking(window) {
        const { open } = window.IDBFactory.prototype
        window.IDBFactory.prototype.open = function (...given) {
          const request = open.apply(this, given)
          request.addEventListener('success', () => (opened = request.result))
          return request
        }
      },
    })
    await page.save([page.entry(1)])
    opened?.close()
    opened?.dispatchEvent(new Event('close'))
    await page.save([page.entry(2)])
    await page.died()
    await expectAdopted(await openPage({ name, url }), 'ann', [page.entry(1), page.entry(2)])
  })

  test('C3 localStorage is emptied: the next change stores the earlier entries again', async () => {
    const url = newUrl()
    const page = await openPage({ url, breaking: withoutIndexedDb })
    await page.save([page.entry(1), page.entry(2)])
    for (const key of Object.keys(localStorage)) if (key.includes(page.cid)) localStorage.removeItem(key)
    await page.save([page.entry(3)], [page.entry(1)])
    await page.died()
    const next = await openPage({ url, breaking: withoutIndexedDb })
    await expectAdopted(next, 'ann', [page.entry(2), page.entry(3)])
  })
})

describe('C11 other scripts of the origin', () => {
  const good = { user: 'ann', room: 'general', event: 'message', data: 1, began: 5 }
  const text = JSON.stringify(good)

  test('write into IndexedDB: only valid records are adopted, and the others do no harm', async () => {
    const [name, url] = [newName(), newUrl()]
    const page = await openPage({ name, url })
    const [one, two] = [pageId(), pageId()]
    const database = await opening(indexedDB.open(`${name}:outbox`))
    const transaction = database.transaction('records', 'readwrite')
    const records = transaction.objectStore('records')
    const rows = [
      { key: `${one}.1`, text },
      { key: `${two}.1`, text: 10n },
      { key: `${pageId()}.1`, text: JSON.stringify({ ...good, room: 5 }) },
      { key: 'x.1', text },
    ]
    for (const row of rows) records.put({ ...row, address: url })
    records.put({ key: `${two}.1`, text, address: `${url}/other` })
    await new Promise((resolve) => (transaction.oncomplete = resolve))
    database.close()
    const { began: _, ...entry } = { ...good, cid: one, n: 1 }
    await expectAdopted(page, 'ann', [entry])
  })

  test('write into localStorage: only valid records are adopted, and settled ones are removed', async () => {
    const url = newUrl()
    const [one, two] = [pageId(), pageId()]
    const item = (key: string): string => `roomful:outbox:${url}:${key}`
    localStorage.setItem(item(`${one}.1`), text)
    localStorage.setItem(item(`${one}.0`), text)
    localStorage.setItem(item(`${two}.1`), '{')
    localStorage.setItem(item(`8080:${two}.1`), text)
    const page = await openPage({ url, breaking: withoutIndexedDb })
    const { began: _, ...entry } = { ...good, cid: one, n: 1 }
    await expectAdopted(page, 'ann', [entry])
    await page.save([], [entry])
    expect(localStorage.getItem(item(`${one}.1`))).toBeNull()
  })

  test('send nonsense on the channel: no lock is requested', async () => {
    const url = newUrl()
    const page = await openPage({ url })
    await page.session.adopt('ann')
    const channel = new BroadcastChannel(`roomful:outbox:${url}`)
    for (const word of [5, null, 'x', { cid: pageId() }, page.cid]) channel.postMessage(word)
    const answer = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)))
    await page.save([page.entry(1)]) // announces the page, after it has heard the others
    expect(await answer).toBe(page.cid)
    channel.close()
    const { held = [], pending = [] } = await navigator.locks.query()
    const names = [...held, ...pending].map(({ name: lock }) => lock)
    expect(names.filter((lock) => lock === 'roomful:x' || lock === `roomful:${page.cid}`)).toEqual([
      `roomful:${page.cid}`,
    ])
  })
})

function failing(window: PageWindow): object {
  const request = { error: new DOMException('not here', 'UnknownError'), onerror: () => {} }
  window.setTimeout(() => request.onerror())
  return request
}

function laterVersion(window: PageWindow): void {
  const { open } = window.IDBFactory.prototype
  window.IDBFactory.prototype.open = function () {
    return (
      open.call(this, 'the database of a later release', 2) && open.call(this, 'the database of a later release', 1)
    )
  }
}

function deleted(name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`${name}:outbox`)
    request.onsuccess = () => resolve('deleted')
    request.onerror = () => reject(request.error!)
  })
}

function opening(request: IDBOpenDBRequest): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
}
