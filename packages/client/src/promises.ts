import { RoomfulError } from '@roomful/contract'
import type { ReadonlyStore } from './store.ts'

/** How long a call waits, and a signal that ends the wait. */
export interface CallOptions {
  /** Milliseconds. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
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

/**
 * A promise that settles once: by what `start` begins, after `timeoutMs` with `timeoutError`, or after an abort with the
 * signal's reason. `start` returns the function that ends its work; it is called when the promise settles.
 */
export function settledBy<T>(
  { timeoutMs, signal }: CallOptions,
  timeoutError: (timeoutMs: number) => Error,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal)
    let stop: (() => void) | undefined
    let isSettled = false
    const end = (): void => {
      isSettled = true
      clearTimeout(timer)
      if (abort) signal.removeEventListener('abort', abort)
      stop?.()
    }
    const succeed = (value: T): void => {
      end()
      resolve(value)
    }
    const fail = (error: Error): void => {
      end()
      reject(error)
    }
    const abort = signal && ((): void => fail(abortReason(signal)))
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => fail(timeoutError(timeoutMs)), timeoutMs)
    if (abort) signal.addEventListener('abort', abort)
    try {
      stop = start(succeed, fail)
      if (isSettled) stop()
    } catch (error) {
      fail(error as Error)
    }
  })
}

/** Ends the wait for `work`, not the work itself: with `signal.reason` after an abort, with `TIMEOUT` after `timeoutMs`. */
export function untilDone<T>(work: Promise<T>, limits: CallOptions, doing: string): Promise<T> {
  void handled(work)
  return settledBy(limits, timedOut(doing), (resolve, reject) => {
    work.then(resolve, reject)
    return () => {}
  })
}

/** Whether the promise was fulfilled within `waitMs`; rejects where it rejects within that time. */
export function within(waitMs: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), waitMs)
    void promise.then(() => resolve(true), reject).finally(() => clearTimeout(timer))
  })
}

/**
 * Waits for a state for which `verdict` returns true, or an error to reject with; the current state counts. `limits` end
 * the wait as in `untilDone`.
 */
export function untilState<T>(
  store: ReadonlyStore<T>,
  verdict: (state: T) => Error | boolean | undefined,
  limits: CallOptions = {},
  doing = '',
): Promise<void> {
  return settledBy(limits, timedOut(doing), (resolve, reject) => {
    const check = (state: T): void => {
      const found = verdict(state)
      if (found === true) resolve()
      else if (found) reject(found)
    }
    const unsubscribe = store.subscribe(check)
    check(store.getState())
    return unsubscribe
  })
}

function timedOut(doing: string): (timeoutMs: number) => RoomfulError {
  return (timeoutMs) => new RoomfulError('TIMEOUT', `timed out after ${timeoutMs} ms ${doing}`)
}
