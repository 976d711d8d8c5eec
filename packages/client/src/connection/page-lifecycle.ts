/**
 * Calls `wake` when a connection is likely to work again: the network is back, the page becomes visible, or it comes out
 * of the back/forward cache. Timers may have been stopped for minutes. Does nothing outside a browser. Returns its undo.
 */
export function watchPage(wake: () => void): () => void {
  const { window, document } = globalThis as Partial<typeof globalThis>
  const onVisible = () => {
    if (document?.visibilityState === 'visible') wake()
  }
  const watched = [
    [window, 'online', wake],
    [window, 'pageshow', wake],
    [document, 'visibilitychange', onVisible],
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
