import { describe, expect, test } from 'vitest'
import { pageId } from '../../../src/roomful/outbox/page-id.ts'
import {
  expectAdopted,
  locks,
  newUrl,
  openPage,
  type PageWindow,
  tryPage,
  withoutIndexedDb,
  withoutLocalStorage,
} from './support/storage-page.ts'

type Breaking = (window: PageWindow) => void

/** An `indexedDB` whose `open` does this. */
const openDoes =
  (open: (window: PageWindow) => unknown): Breaking =>
  (window) =>
    Object.defineProperty(window, 'indexedDB', { value: { open: () => open(window) } })

const isHeld = async (cid: string): Promise<boolean> => (await locks()).held.includes(`roomful:${cid}`)

describe('F15 a browser that refuses', () => {
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

  test.each(refusals)('C3 IndexedDB that %s: localStorage has the messages', async (_, breaking) => {
    const url = newUrl()
    const page = await openPage({ url, breaking })
    expect(page.keeper.place).toBe('localStorage')
    await page.put(page.entry(1))
    await page.died()
    await expectAdopted(await openPage({ url, breaking }), 'ann', [page.entry(1)])
  })

  test('C3 a database that opens too late is closed again', async () => {
    const name = pageId()
    let answer = (): void => {}
    const page = await openPage({
      name,
      url: newUrl(),
      breaking(window) {
        const { indexedDB } = window
        const late = openDoes(() => {
          const request = indexedDB.open(`${name}:outbox`, 1)
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
    expect(page.keeper.place).toBe('localStorage')
    answer()
    await expect(deleted(name)).resolves.toBe('deleted') // it would wait for a connection that is open
  })

  test('C3 both: nothing is kept, and no lock is held', async () => {
    const cid = pageId()
    const breaking: Breaking = (window) => {
      withoutIndexedDb(window)
      withoutLocalStorage(window)
    }
    expect(await tryPage({ url: newUrl(), cid, breaking })).toBeUndefined()
    await expect.poll(() => isHeld(cid)).toBe(false)
  })

  const lockFaults: [string, unknown][] = [
    ['are missing', undefined],
    ['are refused', { request: () => Promise.reject(new DOMException('not here', 'SecurityError')) }],
    ['never come', { request: () => new Promise(() => {}) }],
  ]

  test.each(lockFaults)('C11 Web Locks that %s: nothing is kept', async (_, value) => {
    const breaking: Breaking = (window) => Object.defineProperty(window.navigator, 'locks', { value })
    expect(await tryPage({ url: newUrl(), breaking })).toBeUndefined()
  })
})

describe('F15 a storage that fails later', () => {
  test('C11 the lock is ours as soon as anything may be stored', async () => {
    const page = await openPage({ url: newUrl() })
    expect(await isHeld(page.cid)).toBe(true)
  })

  test('C3 localStorage is full: the change is refused, and none of it is made', async () => {
    const url = newUrl()
    const first = await openPage({ url, breaking: withoutIndexedDb })
    await first.put(first.entry(1), first.entry(2))
    await first.died()
    const next = await openPage({ url, breaking: withoutIndexedDb })
    await next.keeper.adopt('ann')
    const { setItem } = next.window.Storage.prototype
    next.window.Storage.prototype.setItem = function (key, value) {
      if (key.endsWith(next.cid)) throw new DOMException('full', 'QuotaExceededError')
      setItem.call(this, key, value)
    }
    const change = { put: [next.entry(1), first.entry(2, { sentAt: 1 })], remove: [first.entry(1)] }
    await expect(next.store(change)).rejects.toMatchObject({ name: 'QuotaExceededError' })
    next.window.Storage.prototype.setItem = setItem
    await next.put(next.entry(2))
    await next.died()
    const last = await openPage({ url, breaking: withoutIndexedDb })
    await expectAdopted(last, 'ann', [first.entry(1), first.entry(2), next.entry(2)])
  })

  const failures = [
    ['throws', 'full'],
    ['aborts', 'the database was closed'],
  ] as const

  test.each(failures)('C3 IndexedDB %s midway: the change is refused, and none of it is made', async (how, why) => {
    const url = newUrl()
    const page = await openPage({ url })
    await page.put(page.entry(1))
    const { put } = page.window.IDBObjectStore.prototype
    page.window.IDBObjectStore.prototype.put = function (value) {
      if (value.n !== 3) return put.call(this, value)
      if (how === 'throws') throw new DOMException('full', 'QuotaExceededError')
      const request = put.call(this, value)
      this.transaction.abort()
      return request
    }
    await expect(page.store({ put: [page.entry(2), page.entry(3)], remove: [page.entry(1)] })).rejects.toThrow(why)
    await page.put(page.entry(4)) // after whatever the browser was still busy with
    await page.died()
    await expectAdopted(await openPage({ url }), 'ann', [page.entry(1), page.entry(4)])
  })

  test('C3 the database is deleted while it is open: the next change brings back what was there', async () => {
    const [name, url] = [pageId(), newUrl()]
    const page = await openPage({ name, url })
    await page.put(page.entry(1), page.entry(2))
    expect(await deleted(name)).toBe('deleted')
    await page.store({ put: [page.entry(3)], remove: [page.entry(1)] })
    await page.died()
    await expectAdopted(await openPage({ name, url }), 'ann', [page.entry(2), page.entry(3)])
  })

  test('C3 the browser closes the database: it is opened again', async () => {
    const [name, url] = [pageId(), newUrl()]
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
    await page.put(page.entry(1))
    opened?.close()
    opened?.dispatchEvent(new Event('close'))
    await page.put(page.entry(2))
    await page.died()
    await expectAdopted(await openPage({ name, url }), 'ann', [page.entry(1), page.entry(2)])
  })

  test('C3 localStorage is emptied: the next change brings back what was there', async () => {
    const url = newUrl()
    const page = await openPage({ url, breaking: withoutIndexedDb })
    await page.put(page.entry(1), page.entry(2))
    for (const key of Object.keys(localStorage)) if (key.endsWith(page.cid)) localStorage.removeItem(key)
    await page.store({ put: [page.entry(3)], remove: [page.entry(1)] })
    await page.died()
    const next = await openPage({ url, breaking: withoutIndexedDb })
    await expectAdopted(next, 'ann', [page.entry(2), page.entry(3)])
  })
})

describe('C11 what others put into the same storage', () => {
  const good = (cid: string) => ({ cid, n: 1, user: 'ann', room: 'general', event: 'message', data: 1, began: 5 })

  test('IndexedDB: only records that can be ours are adopted, and never fail those beside them', async () => {
    const [name, url] = [pageId(), newUrl()]
    const page = await openPage({ name, url })
    const [one, two] = [good(pageId()), good(pageId())]
    const database = await opening(indexedDB.open(`${name}:outbox`))
    const entries = database.transaction('entries', 'readwrite').objectStore('entries')
    for (const record of [one, { ...two, data: 10n }, { ...good(pageId()), room: 5 }, { cid: 'x', n: 1 }])
      entries.put({ ...record, url })
    entries.put({ ...two, url: `${url}/other` })
    expect((await page.keeper.adopt('ann')).map(({ cid }) => cid)).toEqual([one.cid])
    database.close()
  })

  test('localStorage: the same', async () => {
    const url = newUrl()
    const [one, two] = [good(pageId()), good(pageId())]
    const item = (cid: string): string => `roomful:outbox:${url}:${cid}`
    localStorage.setItem(item(one.cid), JSON.stringify([null, 5, { ...one, cid: two.cid }, { ...one, n: 0 }, one]))
    localStorage.setItem(item(two.cid), '{')
    localStorage.setItem(item(`8080:${two.cid}`), JSON.stringify([two]))
    const page = await openPage({ url, breaking: withoutIndexedDb })
    const { began: _, ...entry } = one
    await expectAdopted(page, 'ann', [entry])
    await page.store({ remove: [entry] })
    expect(localStorage.getItem(item(one.cid))).toBeNull()
  })

  test('nonsense on the channel asks for nothing', async () => {
    const url = newUrl()
    const page = await openPage({ url })
    await page.keeper.adopt('ann')
    const channel = new BroadcastChannel(`roomful:outbox:${url}`)
    for (const word of [5, null, 'x', { cid: pageId() }, page.cid]) channel.postMessage(word)
    const answer = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)))
    await page.put(page.entry(1)) // tells its cid, after it has heard the others
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
