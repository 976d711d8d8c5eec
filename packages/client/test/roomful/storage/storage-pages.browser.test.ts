import { describe, expect, test } from 'vitest'
import type { Keeper, StoredEntry } from '../../../src/roomful/storage/keeper.ts'
import { LOCKS_MS } from '../../../src/roomful/storage/other-pages.ts'
import { expectAdopted, locks, newUrl, openPage, type PageOptions, withoutIndexedDb } from './support/storage-page.ts'

const places: [Keeper['place'], Partial<PageOptions>][] = [
  ['indexedDB', {}],
  ['localStorage', { breaking: withoutIndexedDb }],
]

const keys = (entries: readonly StoredEntry[]): string[] => entries.map(({ cid, n }) => `${cid}:${n}`)

describe.each(places)('pages that keep messages in %s', (place, how) => {
  const start = () => {
    const url = newUrl()
    return (more: Partial<PageOptions> = {}) => openPage({ url, ...how, ...more })
  }

  test('C3 F13 what is stored, less what is removed, is found after a reload, by number, as it was', async () => {
    const open = start()
    const first = await open()
    expect(first.keeper.place).toBe(place)
    const [one, two, ten] = [
      first.entry(1),
      first.entry(2, { data: null }),
      first.entry(10, { room: 'ä', user: 'ann' }),
    ]
    await first.put(ten, one, two)
    await first.store({ put: [{ ...ten, sentAt: 7 }, first.entry(11)], remove: [one] })
    await first.died()
    const next = await open()
    await expectAdopted(next, 'ann', [two, { ...ten, sentAt: 7 }, first.entry(11)])
    await next.died()
    await expectAdopted(await open(), 'ann', [two, { ...ten, sentAt: 7 }, first.entry(11)])
  })

  test('C3 what the next page settles is gone for good, and its own goes on beside it', async () => {
    const open = start()
    const first = await open()
    await first.put(first.entry(1), first.entry(2))
    await first.died()
    const next = await open()
    await next.keeper.adopt('ann')
    await next.store({ put: [next.entry(1), first.entry(2, { sentAt: 5 })], remove: [first.entry(1)] })
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
    for (const page of pages.toReversed()) await page.put(page.entry(1), page.entry(2))
    for (const page of pages) await page.died()
    const last = await open()
    expect(keys(await last.keeper.adopt('ann'))).toEqual(keys(pages.flatMap((page) => [page.entry(1), page.entry(2)])))
  })

  test('C11 F14 a page that lives keeps its own; when it is gone, one of the others gets them, once', async () => {
    const open = start()
    const [ann, bob, carl] = [await open(), await open(), await open()]
    await bob.keeper.adopt('ann')
    await ann.keeper.adopt('ann')
    await ann.put(ann.entry(1))
    expect(await ann.keeper.adopt('ann')).toEqual([])
    expect(await carl.keeper.adopt('ann')).toEqual([])
    await ann.put(ann.entry(2))
    ann.die()
    const told = () => [...bob.adopted, ...carl.adopted]
    await expect.poll(told).toEqual([[ann.entry(1), ann.entry(2)]])
    const [owner, other] = bob.adopted.length > 0 ? [bob, carl] : [carl, bob]
    expect(await other.keeper.adopt('ann')).toEqual([])
    expect(await owner.keeper.adopt('ann')).toEqual([])
    owner.die()
    await expect.poll(() => other.adopted).toEqual([[ann.entry(1), ann.entry(2)]])
  })

  test('C11 P3 the next page of a reloaded tab gets what it left, before a tab that has waited', async () => {
    const open = start()
    const [tab, other, reloaded] = [await open(), await open(), await open()]
    await other.keeper.adopt('ann')
    await tab.put(tab.entry(1))
    await expect.poll(() => waitingFor(tab.cid)).toBe(1)
    const waitingSince = performance.now()
    await expect.poll(() => performance.now() - waitingSince).toBeGreaterThan(LOCKS_MS) // the tab has lived for a while
    tab.die()
    await expectAdopted(reloaded, 'ann', [tab.entry(1)])
    await expect.poll(() => waitingFor(tab.cid)).toBe(1)
    expect(other.adopted).toEqual([])
  })

  test('C11 a page that comes when the others have nothing stored hears of them later', async () => {
    const open = start()
    const tab = await open()
    await tab.put(tab.entry(1))
    await tab.store({ remove: [tab.entry(1)] })
    const other = await open()
    expect(await other.keeper.adopt('ann')).toEqual([])
    await expect.poll(() => waitingFor(tab.cid)).toBe(1)
    await tab.put(tab.entry(2))
    tab.die()
    await expect.poll(() => other.adopted).toEqual([[tab.entry(2)]])
  })

  test('C2 W19 the messages of another user, or for another server, are not adopted', async () => {
    const open = start()
    const first = await open()
    await first.put(first.entry(1), first.entry(2, { user: 'bob' }), first.entry(3, { user: null }))
    await first.died()
    const [other, next] = [await open({ url: newUrl() }), await open()]
    expect(await other.keeper.adopt('ann')).toEqual([])
    expect(await next.keeper.adopt('carl')).toEqual([])
    await expectAdopted(next, 'bob', [first.entry(2, { user: 'bob' })])
    await expectAdopted(next, 'ann', [first.entry(1)])
    expect(await next.keeper.adopt('bob')).toEqual([])
    await expectAdopted(next, null, [first.entry(3, { user: null })])
  })

  test('C11 a lock is given back where nothing of this user is behind it, and when all of it is settled', async () => {
    const open = start()
    const first = await open()
    await first.put(first.entry(1), first.entry(2, { user: 'bob' }))
    await first.died()
    const [ann, bob] = [await open(), await open()]
    await expectAdopted(ann, 'ann', [first.entry(1)])
    expect(await bob.keeper.adopt('bob')).toEqual([])
    await ann.store({ remove: [first.entry(1)] })
    await expect.poll(() => bob.adopted).toEqual([[first.entry(2, { user: 'bob' })]])
    await bob.store({ remove: [first.entry(2)] })
    await expect.poll(async () => (await locks()).held).not.toContain(`roomful:${first.cid}`)
  })

  test('C11 a lock that another page takes by force is told: ours, and one that was taken over', async () => {
    const open = start()
    const first = await open()
    await first.put(first.entry(1))
    await first.died()
    const next = await open()
    await next.keeper.adopt('ann')
    for (const cid of [first.cid, next.cid]) void navigator.locks.request(`roomful:${cid}`, { steal: true }, () => {})
    await expect.poll(() => next.lost.toSorted()).toEqual([first.cid, next.cid].toSorted())
  })

  test('C11 apps that call their outbox differently do not see each other', async () => {
    const open = start()
    const first = await open({ name: 'shop' })
    await first.put(first.entry(1))
    await first.died()
    expect(await (await open()).keeper.adopt('ann')).toEqual([])
    await expectAdopted(await open({ name: 'shop' }), 'ann', [first.entry(1)])
  })
})

async function waitingFor(cid: string): Promise<number> {
  return (await locks()).pending.filter((name) => name === `roomful:${cid}`).length
}
