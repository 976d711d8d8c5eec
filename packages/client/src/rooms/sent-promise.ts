import { type Receipt, RoomfulError } from '@roomful/contract'
import { handled } from '../promises.ts'
import type { Reporting } from '../reporting.ts'

/** The receipt of a message. In development the console warns of a failure for which the app has no handler yet. */
export function sentPromise(
  receipt: Promise<Receipt>,
  { warnOnce }: Reporting,
  event: string,
  room: string,
): Promise<Receipt> {
  if (process.env.NODE_ENV === 'production') return handled(receipt)
  let isObserved = false
  // `await`, `return`, `then` and `catch` all call `then` of a promise that is not a plain one.
  const ObservedPromise = class extends Promise<Receipt> {
    static override get [Symbol.species](): PromiseConstructor {
      return Promise
    }

    // oxlint-disable-next-line unicorn/no-thenable -- a promise has one
    override then<A = Receipt, B = never>(...callbacks: Parameters<Promise<Receipt>['then']>): Promise<A | B> {
      isObserved = true
      return super.then(...callbacks) as Promise<A | B>
    }
  }
  const warn = (error: unknown): void => {
    if (isObserved || !(error instanceof RoomfulError)) return // the app's own signal ended the wait
    const { code, message } = error
    const sentence = `room.emit("${event}") failed, and its promise had no handler: ${code}: ${message}`
    warnOnce(`${code} ${event} ${room}`, sentence)
  }
  // As late as Node and browsers decide that a rejection is unhandled: an `await` calls `then` in a later microtask.
  receipt.catch((error: unknown) => setTimeout(warn, 0, error))
  const promise = new ObservedPromise((resolve) => resolve(receipt))
  void Promise.prototype.then.call(promise, undefined, () => {}) // handled, and not observed
  return promise
}
