/**
 * Calls `wake` whenever a connection is likely to work again: the network is back, the page is looked at, or it comes out
 * of the back/forward cache. Timers may have slept for minutes then. Does nothing outside a browser. Returns its undo.
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

/** Whether the browser is sure that there is no network; it is not to be believed when it says that there is. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}
