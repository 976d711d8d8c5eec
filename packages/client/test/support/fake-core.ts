import { createStore } from 'zustand/vanilla'
import type { ClientCore } from '../../src/client-core.ts'
import type { Connection } from '../../src/connection/connection.ts'
import { Schemas } from '../../src/events/schemas.ts'
import type { Sender } from '../../src/events/sender.ts'
import type { InspectEvent } from '../../src/inspect.ts'
import { createReporting } from '../../src/reporting.ts'
import { plainServer } from './fake-connection.ts'

/** The core of a connected client without a contract and without a socket. `inspected` has what `inspect` got. */
export function createFakeCore(): ClientCore & { readonly inspected: readonly InspectEvent[] } {
  const inspected: InspectEvent[] = []
  const rethrow = (error: unknown): never => {
    throw error
  }
  const connected = { status: 'connected' as const, id: 'socket', recovered: false, ...plainServer }
  return {
    url: 'http://localhost',
    settings: {
      auth: undefined,
      connectTimeoutMs: 10_000,
      ackTimeoutMs: 10_000,
      joinTimeoutMs: 5_000,
      queueLimit: 500,
    },
    connection: { store: createStore(() => connected), stoppedBy: () => undefined } as unknown as Connection,
    sender: { write: () => true } as unknown as Sender,
    schemas: new Schemas(
      undefined,
      () => {},
      () => {},
    ),
    reporting: createReporting({
      inspect: (event) => void inspected.push(event),
      onError: rethrow,
      onInvalid: rethrow,
    }),
    rooms: { get: () => undefined, named: rethrow, all: () => [], inbox: undefined },
    inspected,
  }
}
