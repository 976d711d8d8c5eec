import type { RefusalOptions } from '../errors.ts'
import type { Auth } from './auth.ts'

/** How long to wait between attempts. Times are in milliseconds. */
export interface ReconnectOptions {
  /** How many attempts in a row may fail before the client gives up. A connection that ends within 10 s is a failed one. @default Infinity */
  readonly attempts?: number
  /** The longest wait before the first attempt. It doubles with each one. @default 250 */
  readonly minDelayMs?: number
  /** The longest wait before any attempt. @default 5000 */
  readonly maxDelayMs?: number
}

export interface ConnectionSettings {
  readonly auth: Auth | undefined
  readonly connectTimeoutMs: number
  readonly reconnect: ReconnectOptions
  readonly rooms: { readonly refusals?: RefusalOptions }
}
