/**
 * Calls `wake` whenever a connection is likely to work again: the network is back, the page is looked at, or it comes out
 * of the back/forward cache. Timers may have slept for minutes then. Does nothing outside a browser. Returns its undo.
 */
export function watchPage(wake: () => void): () => void {
  if (typeof window === 'undefined' || typeof window.addEventListener !== 'function') return () => {}
  const page = typeof document === 'undefined' ? undefined : document
  const onVisible = () => {
    if (page?.visibilityState === 'visible') wake()
  }
  window.addEventListener('online', wake)
  window.addEventListener('pageshow', wake)
  page?.addEventListener('visibilitychange', onVisible)
  return () => {
    window.removeEventListener('online', wake)
    window.removeEventListener('pageshow', wake)
    page?.removeEventListener('visibilitychange', onVisible)
  }
}

/** Whether the browser is sure that there is no network; it is not to be believed when it says that there is. */
export function isOffline(): boolean {
  return typeof navigator !== 'undefined' && navigator.onLine === false
}
