import { RoomfulError } from '@roomful/contract'

/** The same promise, whose rejection never counts as unhandled: each of our failures is also seen in a store. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** Waits no longer than the caller does: an abort rejects with `signal.reason`, the time-out with `TIMEOUT`. */
export function untilDone<T>(
  work: Promise<T>,
  { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  what: string,
): Promise<T> {
  if (timeoutMs === undefined && !signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason as Error)
    void handled(work) // it may fail when nobody waits for it any more
    if (signal?.aborted) return abort()
    const timeOut = () => reject(new RoomfulError('TIMEOUT', `${what} took longer than ${timeoutMs} ms, and goes on`))
    const timer = timeoutMs === undefined ? undefined : setTimeout(timeOut, timeoutMs)
    signal?.addEventListener('abort', abort)
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    })
  })
}

/** Whether the promise was kept in time; its failure counts while it is waited for. */
export async function within(waitMs: number, promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), waitMs)
  })
  return Promise.race([promise.then(() => true), tooLong]).finally(() => clearTimeout(timer))
}
