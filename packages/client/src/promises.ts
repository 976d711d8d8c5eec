import { RoomfulError } from '@roomful/contract'
import type { ReadonlyStore } from './store.ts'

/** How long a call waits, and a signal that ends the wait. */
export interface CallOptions {
  /** Milliseconds. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Marks a rejection as handled: the same failure is also in a store or in `inspect`. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** Why a signal was aborted. Engines before 2022 and React Native give no reason. */
export function abortReason(signal: AbortSignal | undefined): Error {
  return (
    (signal?.reason as Error | undefined) ?? Object.assign(new Error('the call was aborted'), { name: 'AbortError' })
  )
}

/** Throws the signal's reason where it is aborted already. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal)
}

/** Ends the wait for `work`, not the work itself: with `signal.reason` after an abort, with `TIMEOUT` after `timeoutMs`. */
export function untilDone<T>(work: Promise<T>, { timeoutMs, signal }: CallOptions, doing: string): Promise<T> {
  if (timeoutMs === undefined && !signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortReason(signal))
    void handled(work)
    if (signal?.aborted) return abort()
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => reject(timedOut(timeoutMs, doing)), timeoutMs)
    signal?.addEventListener('abort', abort)
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    })
  })
}

/** Whether the promise was fulfilled within `waitMs`; rejects where it rejects within that time. */
export async function within(waitMs: number, promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), waitMs)
  })
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer))
}

/**
 * Waits for a state for which `verdict` returns true, or an error to reject with; the current state counts. `options` end
 * the wait as in `untilDone`.
 */
export function untilState<T>(
  store: ReadonlyStore<T>,
  verdict: (state: T) => Error | boolean | undefined,
  { timeoutMs, signal }: CallOptions = {},
  doing = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      unsubscribe()
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve()
    }
    const check = (state: T): void => {
      const found = verdict(state)
      if (found) end(found === true ? undefined : found)
    }
    const abort = (): void => end(abortReason(signal))
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => end(timedOut(timeoutMs, doing)), timeoutMs)
    const unsubscribe = store.subscribe(check)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    else check(store.getState())
  })
}

function timedOut(timeoutMs: number, doing: string): RoomfulError {
  return new RoomfulError('TIMEOUT', `timed out after ${timeoutMs} ms ${doing}`)
}
