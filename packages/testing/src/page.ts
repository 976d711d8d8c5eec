/** Kept by the page itself: Vitest may load this module twice in one, for set-up files and for tests. */
const KEY = Symbol.for('roomful.testing.offline')

/**
 * Tells a page, where there is one, that it lost its network or has it back, as browsers do. It is back when no server is
 * offline.
 */
export function tellPage(isOnline: boolean): void {
  if (typeof window === 'undefined' || typeof navigator === 'undefined') return
  const page = globalThis as { [KEY]?: number }
  const before = page[KEY] ?? 0
  const after = before + (isOnline ? -1 : 1)
  page[KEY] = after
  if (before > 0 && after > 0) return
  // The browser's own answer is on the prototype: without ours, it shows again.
  if (isOnline) Reflect.deleteProperty(navigator, 'onLine')
  else Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
  window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
}
