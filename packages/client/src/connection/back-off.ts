/** How long to wait between attempts. Times in milliseconds. */
export interface ReconnectOptions {
  /** Attempts in a row that may fail before the client gives up. @default Infinity */
  readonly attempts?: number
  /** The longest wait before the first attempt; it doubles with each. @default 250 */
  readonly minDelayMs?: number
  /** The longest wait of all. @default 5000 */
  readonly maxDelayMs?: number
}

/**
 * The wait before attempt number `attempt` (from 1): anything from 0 to a limit that doubles ("full jitter"), so that
 * thousands of clients that lost their server together do not come back together.
 */
export function backOffMs(attempt: number, { minDelayMs = 250, maxDelayMs = 5_000 }: ReconnectOptions): number {
  // Doubled no further than numbers go: nothing times infinity is no number.
  return Math.random() * Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(attempt - 1, 52))
}
