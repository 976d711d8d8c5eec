/** Tells a page, where there is one, that it lost its network or has it back, as browsers do. */
export function tellPage(isOnline: boolean): void {
  if (typeof window === 'undefined' || typeof navigator === 'undefined') return
  // The browser's own answer is on the prototype: without ours, it shows again.
  if (isOnline) Reflect.deleteProperty(navigator, 'onLine')
  else Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
  window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
}
