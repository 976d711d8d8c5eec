import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { pageId } from '../../../src/page-id.ts'
import { LOCKS_MS } from '../../../src/roomful/storage/page-locks.ts'
import { persistentOutbox } from '../../../src/roomful/storage/persistent-outbox.ts'
import type { StoredEntry } from '../../../src/roomful/storage/storage-session.ts'
import {
  expectAdopted,
  locks,
  newUrl,
  openPage,
  type PageOptions,
  withoutIndexedDb,
  withoutLockLimit,
  newName,
} from './support/storage-page.ts'

const storages: [string, Partial<PageOptions>][] = [
  ['indexedDB', {}],
  ['localStorage', { breaking: withoutIndexedDb }],
]

const keys = (entries: readonly StoredEntry[]): string[] => entries.map(({ cid, n }) => `${cid}:${n}`)

describe.each(storages)('pages that store messages in %s', (storage, how) => {
  const start = () => {
    const url = newUrl()
    return (more: Partial<PageOptions> = {}) => openPage({ url, ...how, ...more })
  }

  test('C3 F13 after a reload, the entries that were stored and not removed are adopted unchanged, by number', async () => {
    const open = start()
    const first = await open()
    expect(first.session.storage).toBe(storage)
    const [one, two, ten] = [
      first.entry(1),
      first.entry(2, { data: null }),
      first.entry(10, { room: 'ä', user: 'ann' }),
    ]
    await first.save([ten, one, two])
    await first.save([{ ...ten, sentAt: 7 }, first.entry(11)], [one])
    await first.died()
    const next = await open()
    await expectAdopted(next, 'ann', [two, { ...ten, sentAt: 7 }, first.entry(11)])
    await next.died()
    await expectAdopted(await open(), 'ann', [two, { ...ten, sentAt: 7 }, first.entry(11)])
  })

  test('C3 the next page removes adopted entries for good, and stores its own beside them', async () => {
    const open = start()
    const first = await open()
    await first.save([first.entry(1), first.entry(2)])
    await first.died()
    const next = await open()
    await expectAdopted(next, 'ann', [first.entry(1), first.entry(2)])
    await next.save([next.entry(1), first.entry(2, { sentAt: 5 })], [first.entry(1)])
    await next.died()
    const last = await open()
    await expectAdopted(last, 'ann', [first.entry(2, { sentAt: 5 }), next.entry(1)])
  })

  test('C11 the oldest page comes first', async () => {
    const open = start()
    const pages = []
    for (let count = 0; count < 4; count += 1) {
      pages.push(await open())
      const now = Date.now()
      await expect.poll(() => Date.now()).toBeGreaterThan(now) // no two of them began in the same millisecond
    }
    for (const page of pages.toReversed()) await page.save([page.entry(1), page.entry(2)])
    for (const page of pages) await page.died()
    const last = await open({
      breaking(window) {
        how.breaking?.(window)
        withoutLockLimit(window)
      },
    })
    expect(keys(await last.session.adopt('ann'))).toEqual(keys(pages.flatMap((page) => [page.entry(1), page.entry(2)])))
  })

  test('C11 F14 an open page keeps its entries; when it closes, exactly one other page adopts them', async () => {
    const open = start()
    const [ann, bob, carl] = [await open(), await open(), await open()]
    await bob.session.adopt('ann')
    await ann.session.adopt('ann')
    await ann.save([ann.entry(1)])
    expect(await ann.session.adopt('ann')).toEqual([])
    expect(await carl.session.adopt('ann')).toEqual([])
    await ann.save([ann.entry(2)])
    ann.die()
    const told = () => [...bob.adopted, ...carl.adopted]
    await expect.poll(told).toEqual([[ann.entry(1), ann.entry(2)]])
    const [owner, other] = bob.adopted.length > 0 ? [bob, carl] : [carl, bob]
    expect(await other.session.adopt('ann')).toEqual([])
    expect(await owner.session.adopt('ann')).toEqual([])
    owner.die()
    await expect.poll(() => other.adopted).toEqual([[ann.entry(1), ann.entry(2)]])
  })

  test('C11 P3 the next page of a reloaded tab adopts its entries before another tab that has waited for them', async () => {
    const open = start()
    const [tab, other, reloaded] = [await open(), await open(), await open()]
    await other.session.adopt('ann')
    await tab.save([tab.entry(1)])
    await expect.poll(() => waitingFor(tab.cid)).toBe(1)
    const waitingSince = performance.now()
    await expect.poll(() => performance.now() - waitingSince).toBeGreaterThan(LOCKS_MS) // after that time, other tabs wait for a reload
    tab.die()
    await expectAdopted(reloaded, 'ann', [tab.entry(1)])
    await expect.poll(() => waitingFor(tab.cid)).toBe(1)
    expect(other.adopted).toEqual([])
  })

  test('P3 OB20 the next page of a reloaded tab waits for what another tab has adopted from the page before', async () => {
    const open = start()
    const tab = await open()
    await tab.save([tab.entry(1), tab.entry(2, { room: 'other', user: 'bob' })])
    await tab.died()
    const other = await open()
    await expectAdopted(other, 'ann', [tab.entry(1)])
    const reloaded = await open()
    expect(await reloaded.session.adopt('ann')).toEqual([])
    expect([...reloaded.blocked]).toEqual([`${reloaded.cid} general`])
    await other.save([], [tab.entry(1)])
    await expect.poll(() => reloaded.blocked.size).toBe(0)
  })

  test('C11 a page that was opened while another had nothing stored adopts what that page stores later', async () => {
    const open = start()
    const tab = await open()
    await tab.save([tab.entry(1)])
    await tab.save([], [tab.entry(1)])
    const other = await open()
    expect(await other.session.adopt('ann')).toEqual([])
    await expect.poll(() => waitingFor(tab.cid)).toBe(1)
    await tab.save([tab.entry(2)])
    tab.die()
    await expect.poll(() => other.adopted).toEqual([[tab.entry(2)]])
  })

  test('C2 W19 the messages of another user, or for another server, are not adopted', async () => {
    const open = start()
    const first = await open()
    await first.save([first.entry(1), first.entry(2, { user: 'bob' }), first.entry(3, { user: null })])
    await first.died()
    const [other, next] = [await open({ url: newUrl() }), await open()]
    expect(await other.session.adopt('ann')).toEqual([])
    expect(await next.session.adopt('carl')).toEqual([])
    await expectAdopted(next, 'bob', [first.entry(2, { user: 'bob' })])
    await expectAdopted(next, 'ann', [first.entry(1)])
    expect(await next.session.adopt('bob')).toEqual([])
    await expectAdopted(next, null, [first.entry(3, { user: null })])
  })

  test('C11 the lock of a closed page is released where it left nothing of this user, and when all of it is settled', async () => {
    const open = start()
    const first = await open()
    await first.save([first.entry(1), first.entry(2, { user: 'bob' })])
    await first.died()
    const [ann, bob] = [await open(), await open()]
    await expectAdopted(ann, 'ann', [first.entry(1)])
    expect(await bob.session.adopt('bob')).toEqual([])
    await ann.save([], [first.entry(1)])
    await expect.poll(() => bob.adopted).toEqual([[first.entry(2, { user: 'bob' })]])
    await bob.save([], [first.entry(2)])
    await expect.poll(async () => (await locks()).held).not.toContain(`roomful:${first.cid}`)
  })

  test('C11 a page is told when another page takes its lock, or an adopted one, by force', async () => {
    const open = start()
    const first = await open()
    await first.save([first.entry(1)])
    await first.died()
    const next = await open()
    await expectAdopted(next, 'ann', [first.entry(1)])
    await next.save([next.entry(1)])
    for (const cid of [first.cid, next.cid]) void navigator.locks.request(`roomful:${cid}`, { steal: true }, () => {})
    await expect.poll(() => next.lost.toSorted()).toEqual([first.cid, next.cid].toSorted())
    expect([next.session.storage, next.failed.length]).toEqual(['memory', 1])
  })

  test('clear() removes what closed pages left of the user, and nothing of open pages', async () => {
    const open = start()
    const [closed, other, page] = [await open(), await open(), await open()]
    await closed.save([closed.entry(1), closed.entry(2, { user: 'bob' })])
    await closed.died()
    await other.save([other.entry(1)])
    await page.save([page.entry(1)])
    await page.session.clear('ann')
    await page.died()
    const next = await open()
    await expectAdopted(next, 'bob', [closed.entry(2, { user: 'bob' })])
    await other.died()
    await expectAdopted(next, 'ann', [other.entry(1)])
  })

  test('the stored messages are counted without their locks until a user is known', async () => {
    const open = start()
    const [closed, other] = [await open(), await open()]
    await closed.save([closed.entry(1), closed.entry(2, { user: 'bob' })])
    await closed.died()
    await other.save([other.entry(1)])
    const page = await open()
    await expect.poll(() => page.waiting).toEqual([3])
    expect((await locks()).held).not.toContain(`roomful:${closed.cid}`)
    await page.session.adopt('ann')
    expect(page.waiting).toEqual([3, 0])
  })

  test('close() releases all locks, so that another page adopts the entries', async () => {
    const open = start()
    const [first, page, other] = [await open(), await open(), await open()]
    await first.save([first.entry(1)])
    await first.died()
    await expectAdopted(page, 'ann', [first.entry(1)])
    void page.session.save([page.entry(1)], [])
    page.session.close()
    await expect.poll(async () => (await locks()).held).not.toContain(`roomful:${page.cid}`)
    await expectAdopted(other, 'ann', [first.entry(1), page.entry(1)])
  })

  test('a paused page that holds no entries holds no lock, and locks its next entry again', async () => {
    const open = start()
    const page = await open()
    await page.save([page.entry(1)])
    page.session.pause()
    await page.save([], [page.entry(1)])
    expect((await locks()).held).toContain(`roomful:${page.cid}`)
    page.session.pause()
    await expect.poll(async () => (await locks()).held).not.toContain(`roomful:${page.cid}`)
    const other = await open()
    await other.session.adopt('ann')
    await page.save([page.entry(2)])
    expect((await locks()).held).toContain(`roomful:${page.cid}`)
    page.die()
    await expect.poll(() => other.adopted).toEqual([[page.entry(2)]])
  })

  test('C11 outboxes of different names share no entries', async () => {
    const open = start()
    const first = await open({ name: 'shop' })
    await first.save([first.entry(1)])
    await first.died()
    expect(await (await open()).session.adopt('ann')).toEqual([])
    await expectAdopted(await open({ name: 'shop' }), 'ann', [first.entry(1)])
  })
})

test('100 sessions that stored, adopted and were closed leave no lock, no channel and no open database', async () => {
  const [name, address] = [newName(), newUrl()]
  const opened = vi.spyOn(IDBFactory.prototype, 'open')
  const closed = vi.spyOn(IDBDatabase.prototype, 'close')
  const channels = vi.spyOn(BroadcastChannel.prototype, 'close')
  onTestFinished(() => void vi.restoreAllMocks())
  const ignore = { adopted() {}, lost() {}, moved() {}, failed() {}, waiting() {}, blocked() {}, overtaken() {} }
  const saved: (Promise<boolean> | undefined)[] = []
  for (let count = 0; count < 100; count += 1) {
    const cid = pageId()
    const session = persistentOutbox({ name }).open({ address, cid }, ignore)
    const entry = { cid, n: 1, user: 'ann', room: 'general', event: 'message', data: count }
    session.begin()
    await session.adopt('bob')
    saved.push(session.save([entry], []), session.save([], [entry]))
    session.close()
  }
  for (const saving of saved) await expect(saving).resolves.toBe(true)
  const own = async (): Promise<(string | undefined)[]> => {
    const { held, pending } = await locks()
    return [...held, ...pending].filter((lock) => lock?.startsWith(`${name}:`))
  }
  await expect.poll(own).toEqual([])
  await expect.poll(() => closed.mock.calls.length).toBe(100)
  expect([opened.mock.calls.length, channels.mock.calls.length]).toEqual([100, 100])
})

async function waitingFor(cid: string): Promise<number> {
  return (await locks()).pending.filter((name) => name === `roomful:${cid}`).length
}
