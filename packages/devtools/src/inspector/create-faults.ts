import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import type { Client } from '@roomful/client'
import type { PacketFilter } from '@roomful/testing/faults'
import type { FaultyPort, OnFault } from './faulty-port.ts'
import type { InspectorFaults } from './inspector-types.ts'

const MAX_LATENCY_MS = 60_000
/** A packet that is to change places with the next one is not held back longer. */
const REORDER_WITHIN_MS = 2_000

/** The faults of one client, by the names of the mock server of `@roomful/testing`. */
export function createFaults(
  client: Client,
  port: FaultyPort,
  isExistingSocket: boolean,
  onFault: OnFault,
): InspectorFaults {
  const { faults } = port
  const cut = (): void => port.cut(client.status === 'connected')
  const assertOwnSocket = (name: string): void => {
    if (isExistingSocket)
      throw new RoomfulError(
        'UNSUPPORTED',
        `${name} needs a socket of the client: with existingSocket the app connects it`,
      )
  }

  return {
    get isOffline() {
      return faults.isOffline
    },
    get latencyMs() {
      return faults.delayMs
    },
    cut() {
      onFault('cut')
      cut()
    },
    offline() {
      assertOwnSocket('offline')
      if (faults.isOffline) return
      faults.isOffline = true
      onFault('offline')
      cut()
    },
    online() {
      if (!faults.isOffline) return
      faults.isOffline = false
      onFault('online')
      client.wake()
    },
    latency(ms) {
      if (!(typeof ms === 'number' && ms >= 0 && ms <= MAX_LATENCY_MS))
        throw new RoomfulError('INVALID_ARGUMENT', `latency: expected 0 to ${MAX_LATENCY_MS} ms, got ${describe(ms)}`)
      faults.delayMs = ms
      onFault('latency', `${ms} ms`)
      if (ms === 0) port.flush()
    },
    dropNext(filter) {
      faults.dropNext(filter)
      onFault('drop next', nameOf(filter))
    },
    duplicateNext(filter) {
      faults.duplicateNext(filter)
      onFault('duplicate next', nameOf(filter))
    },
    reorderNext(filter) {
      faults.reorderNext(2, filter, REORDER_WITHIN_MS)
      onFault('reorder next', nameOf(filter))
    },
    expireToken() {
      assertOwnSocket('expireToken')
      const isExpired = port.expire()
      onFault('expire token', isExpired ? undefined : 'auth gave no credentials')
      if (isExpired) cut()
      return isExpired
    },
    pass() {
      const wasOffline = faults.isOffline
      faults.end()
      port.flush()
      onFault('pass')
      if (wasOffline) client.wake()
    },
  }
}

function nameOf(filter: PacketFilter | undefined): string | undefined {
  return typeof filter === 'string' ? `"${filter}"` : undefined
}
