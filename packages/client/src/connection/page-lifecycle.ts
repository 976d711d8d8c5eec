/** A page that was hidden for longer may have lost its connection unnoticed. */
const LONG_HIDDEN_MS = 5_000

/**
 * Calls `wake` when the network is back, and when the page is used again: it becomes visible, gets the focus, or comes out of
 * the back/forward cache. Timers may have been stopped for minutes. `mayBeDead`: the connection may have died without a sign.
 * Does nothing outside a browser. Returns its undo.
 */
export function watchPage(wake: (mayBeDead: boolean) => void): () => void {
  const { window, document } = globalThis as Partial<typeof globalThis>
  const isHidden = (): boolean => document?.visibilityState === 'hidden'
  let hiddenSince = isHidden() ? Date.now() : Infinity
  const onVisibility = (): void => {
    if (isHidden()) {
      hiddenSince = Math.min(hiddenSince, Date.now())
      return
    }
    const hiddenMs = Date.now() - hiddenSince
    hiddenSince = Infinity
    wake(hiddenMs >= LONG_HIDDEN_MS)
  }
  const watched = [
    [window, 'online', () => wake(true)],
    [window, 'pageshow', (event: Event) => wake((event as Partial<PageTransitionEvent>).persisted === true)],
    [window, 'focus', () => wake(false)],
    [document, 'resume', () => wake(true)],
    [document, 'visibilitychange', onVisibility],
  ] as const
  for (const [target, event, listener] of watched) target?.addEventListener?.(event, listener)
  return () => {
    for (const [target, event, listener] of watched) target?.removeEventListener?.(event, listener)
  }
}

/** Whether the browser knows that there is no network. Its `true` proves nothing. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}
