import type { Client, ConnectionState, EventsMap, OutboxStatus, SocketIoContract } from '@roomful/client'
import { createValue } from '../../src/value.ts'

/** A client whose stores the test sets; `watching` says how many watch them. */
export function createFakeClient(status: ConnectionState['status'] = 'connected') {
  let watching = 0
  const watch = () => {
    watching += 1
    return () => void (watching -= 1)
  }
  const connection = createValue({ status } as ConnectionState, watch)
  const outbox = createValue<OutboxStatus>({ queued: 0, sending: 0, place: 'memory' }, watch)
  const client = { connection, outbox, autoConnect() {} } as unknown as Client<SocketIoContract<EventsMap, EventsMap>>
  return { client, connection, outbox, watching: () => watching }
}
