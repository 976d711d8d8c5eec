export interface PageLock {
  readonly release: () => void
  /** Settles when the lock is ours no more: whether it was taken by force. */
  readonly isStolen: Promise<boolean>
}

/**
 * Waits for the lock, until it is ours or the signal says to stop; we hold it until `release`, or until the page is
 * gone. Rejects where it cannot be had.
 */
export function askForLock(name: string, signal: AbortSignal = new AbortController().signal): Promise<PageLock> {
  return new Promise((granted, refused) => {
    const request = navigator.locks.request(name, { signal }, async () => {
      if (signal.aborted) return
      await new Promise<void>((release) => {
        granted({
          release,
          isStolen: request.then(
            () => false,
            () => true,
          ),
        })
      })
    })
    request.catch(refused)
  })
}
