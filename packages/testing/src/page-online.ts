/** The count is on `globalThis`, because Vitest may load this module twice in one page: for set-up files and for tests. */
const OFFLINE_SERVERS = Symbol.for('roomful.testing.offline')

/**
 * Sets `navigator.onLine` and dispatches `online` or `offline`, as a browser does; does nothing where there is no page.
 * A page is online when none of its mock servers is offline.
 */
export function setPageOnline(isOnline: boolean): void {
  if (typeof window === 'undefined' || typeof navigator === 'undefined') return
  const page = globalThis as { [OFFLINE_SERVERS]?: number }
  const before = page[OFFLINE_SERVERS] ?? 0
  const after = before + (isOnline ? -1 : 1)
  page[OFFLINE_SERVERS] = after
  if (before > 0 && after > 0) return
  // The browser's own property is on the prototype; deleting the replacement uncovers it.
  if (isOnline) Reflect.deleteProperty(navigator, 'onLine')
  else Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
  window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
}
