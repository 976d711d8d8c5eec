export interface RetryDelay {
  /** The number of the retry, from 1. @default 1 */
  readonly attempt?: number
  /** The limit of the first retry, in milliseconds. It doubles with each one. */
  readonly firstMs: number
  /** The limit never exceeds this. @default firstMs */
  readonly maxMs?: number
  /** The server asked for at least this wait. @default 0 */
  readonly atLeastMs?: number
  /**
   * `full`: any part of the limit, so that thousands of clients that lost one server do not return together.
   * `half`: the limit and up to half of it more.
   */
  readonly jitter: 'full' | 'half'
}

/** How long to wait before a retry, in milliseconds. */
export function retryDelay({ attempt = 1, firstMs, maxMs = firstMs, atLeastMs = 0, jitter }: RetryDelay): number {
  // The exponent is bounded: 0 ms times Infinity would be NaN.
  const limitMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 52))
  if (jitter === 'full') return Math.max(atLeastMs, Math.random() * limitMs)
  return Math.max(atLeastMs, limitMs) * (1 + Math.random() / 2)
}
