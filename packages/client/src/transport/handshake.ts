/** The first packet of a connection, times in milliseconds. */
export interface Handshake {
  readonly pingInterval: number
  readonly pingTimeout: number
  /** The largest packet that the server takes, in bytes. Not checked. */
  readonly maxPayload?: unknown
}

/** A timer beyond this overflows and fires at once. */
const LONGEST_MS = 2 ** 31 - 1

/** Reads a handshake, and throws for anything else: heartbeats of no length would reconnect in a tight loop, for ever. */
export function readHandshake(text = '', minIntervalMs = 1): Handshake {
  const handshake = JSON.parse(text) as Handshake & { readonly sid: unknown }
  const { sid, pingInterval, pingTimeout } = handshake
  if (
    typeof sid === 'string' &&
    pingInterval >= minIntervalMs &&
    pingTimeout > 0 &&
    // A text would be joined to the other, or compared as one.
    typeof pingInterval === 'number' &&
    typeof pingTimeout === 'number' &&
    pingInterval + pingTimeout <= LONGEST_MS
  )
    return handshake
  throw new Error('the first packet is not a handshake')
}
