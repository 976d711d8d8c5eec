import { RoomfulError } from '@roomful/contract'
import type { ReadonlyStore } from './guarded-store.ts'

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

/** Settles with the first state that has a verdict, from now on: an error, or that it is as wanted. */
export function untilState<T>(
  store: ReadonlyStore<T>,
  verdict: (state: T) => Error | true | undefined,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (state: T): void => {
      const found = verdict(state)
      if (found === true) resolve()
      else if (found) reject(found)
      else return
      end()
    }
    const abort = (): void => {
      reject(signal?.reason as Error)
      end()
    }
    const unsubscribe = store.subscribe(check)
    const end = (): void => {
      unsubscribe()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    else check(store.getState())
  })
}
