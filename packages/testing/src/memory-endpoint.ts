import type { MemorySocket, MemoryTransport } from './memory-socket.ts'

/** Accepts clients whose frames do not come over a network: in a browser, msw hands them over. */
export interface MemoryEndpoint {
  /** The server's `path` option; `/socket.io` by default. */
  readonly path: string
  readonly origin: URL
  /** False during `offline()` and `restart()`, and after `close()`: new connections fail. */
  readonly isReachable: () => boolean
  /** Whether this server already receives the connections that Node opens to its address. */
  readonly isListeningInNode: () => boolean
  readonly accept: (transport: MemoryTransport, url: URL) => MemorySocket
}

/** The endpoint of each mock server. Internal: `msw.ts` needs it, and `MockServer` does not expose it. */
export const memoryEndpoints: WeakMap<object, MemoryEndpoint> = new WeakMap()
