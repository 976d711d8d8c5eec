import { RoomfulError } from '@roomful/contract'
import type { WebSocketClass } from './light-options.ts'

/** The part of a WebSocket that the transport uses. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onerror: ((event: object) => void) | null
  onclose: ((event: object) => void) | null
  send(data: unknown): void
  close(): void
}

/** `readyState` of a WebSocket that sends. */
export const OPEN = 1

/**
 * Where the platform has a class of its own, it is looked up now, not at the import: tests replace it.
 * Throws `INVALID_ARGUMENT` where there is none.
 */
export function webSocketClass(given: WebSocketClass | undefined): new (...args: unknown[]) => WebSocketLike {
  const found = given ?? (globalThis as { readonly WebSocket?: unknown }).WebSocket
  if (typeof found === 'function') return found as new (...args: unknown[]) => WebSocketLike
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    'this platform has no WebSocket, as Node 20: give a class, such as { socket: { WebSocket } } with that of the package ws',
  )
}
