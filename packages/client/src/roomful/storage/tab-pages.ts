import { isCid, MAX_TAB_PAGES, type PageIdentity } from './outbox-storage.ts'

/** The pages of one tab over its reloads, in sessionStorage, which a duplicated tab copies. */
export interface TabPages {
  /** The earlier pages, the newest last; none where there is no sessionStorage. */
  readonly earlier: readonly string[]
  /** Later pages of the tab need to know of the earlier pages for which `isLeft` is true, and of this one. */
  keep(isLeft: (cid: string) => boolean): void
}

/** Adds this page to the pages of its tab, at once. */
export function enterTab(name: string, { address, cid }: PageIdentity): TabPages {
  const item = `${name}:outbox-pages:${address}`
  const earlier = read(item).filter((page) => page !== cid)
  const keep = (isLeft: (page: string) => boolean): void => {
    try {
      sessionStorage.setItem(item, JSON.stringify([...earlier.filter(isLeft), cid].slice(-MAX_TAB_PAGES)))
    } catch {
      // Without sessionStorage, or where it is full, the next page knows of no earlier one.
    }
  }
  keep(() => true)
  return { earlier, keep }
}

function read(item: string): string[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(item) ?? '[]')
    return Array.isArray(list) ? list.filter(isCid).slice(-MAX_TAB_PAGES) : []
  } catch {
    return []
  }
}
