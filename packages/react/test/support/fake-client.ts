import type { Client, ConnectionState, EventsMap, OutboxStatus, SocketIoContract } from '@roomful/client'
import { createLazyStore } from '../../src/lazy-store.ts'

/** A client whose stores are set by the test; `watching` counts their subscriptions. */
export function createFakeClient(status: ConnectionState['status'] = 'connected') {
  let watching = 0
  const watch = () => {
    watching += 1
    return () => void (watching -= 1)
  }
  const connection = createLazyStore({ status } as ConnectionState, watch)
  const empty: OutboxStatus = { queued: 0, sending: 0, storage: 'memory', waitingForUser: 0 }
  const outbox = createLazyStore(empty, watch)
  const setOutbox = (status: Partial<OutboxStatus>) => outbox.set({ ...empty, ...status })
  const client = { connection, outbox, autoConnect() {} } as unknown as Client<SocketIoContract<EventsMap, EventsMap>>
  return { client, connection, setOutbox, watching: () => watching }
}
