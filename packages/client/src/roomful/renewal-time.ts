/** The last time for a renewal before the end of the credentials, in milliseconds. */
const RESERVE_MS = 5_000
/** No two renewals follow faster than this, whatever the server says, in milliseconds. */
const LEAST_MS = 250

/**
 * When to renew credentials that live for `lifeMs`: at a random point between 4/5 of the life and 5 s before its end, so that
 * clients that connected together do not come together; at half of the life where there is no such point.
 */
export function renewalTime(lifeMs: number, random: () => number = Math.random): number {
  const from = (lifeMs * 4) / 5
  const to = lifeMs - RESERVE_MS
  return Math.max(LEAST_MS, from > to ? lifeMs / 2 : from + random() * (to - from))
}

/**
 * The milliseconds since this call. A clock that is set changes only `Date.now`, and while a device sleeps some engines stop
 * `performance.now`: the larger one counts, so that a renewal may come early, but not late.
 */
export function stopwatch(): () => number {
  const date = Date.now()
  const time = performance.now()
  return () => Math.max(Date.now() - date, performance.now() - time)
}
