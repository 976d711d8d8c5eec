import { RoomfulError, type ConnectionState, type Guarantees } from '@roomful/client'
import { onTestFinished, vi } from 'vitest'
import { Connection } from '../../src/connection/connection.ts'
import type { ConnectionSettings } from '../../src/connection/connection-settings.ts'
import type { ServerInfo } from '../../src/connection/connection-state.ts'
import { createReporting } from '../../src/reporting.ts'
import type { SocketPort } from '../../src/transport/socket-port.ts'

const guarantees: Guarantees = {
  rooms: 'plain',
  order: false,
  replay: false,
  exactlyOnce: false,
  durability: 'none',
  outbox: 'none',
}
export const plainServer: ServerInfo = { user: undefined, guarantees }
export const roomfulServer: ServerInfo = { user: { id: 'ada' }, guarantees: { ...guarantees, rooms: 'roomful' } }
export const unreachable = new RoomfulError('UNREACHABLE', 'unable to reach the server')

interface FakeSettings extends Partial<ConnectionSettings> {
  /** What is known of every server. `null`: each one has to introduce itself. */
  readonly known?: ServerInfo | null
}

/** A connection over a socket that the test controls, on a clock that the test moves. */
export function createFakeConnection({ known = plainServer, ...settings }: FakeSettings = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const calls: unknown[] = []
  /** The connected states, and the losses, in the order in which the client itself got them. */
  const connects: { readonly user: unknown; readonly recovered: boolean }[] = []
  const losses: { readonly code: string | undefined; readonly isStopped: boolean }[] = []
  const errors: unknown[] = []
  const port: SocketPort = {
    open: (auth) => void calls.push(['open', auth]),
    close: () => void calls.push('close'),
    cut: () => void calls.push(['cut']),
    checkAlive: (mayBeDead) => void calls.push(['checkAlive', mayBeDead]),
    isReady: () => false,
    isCongested: () => false,
    emit: () => {},
    copy: (args) => [...args],
    emitWithAck: () => () => {},
  }
  const connection = new Connection(
    { auth: undefined, connectTimeoutMs: 10_000, reconnect: {}, rooms: {}, ...settings },
    () => known ?? undefined,
    port,
    createReporting({ onError: (error) => void errors.push(error), onInvalid: () => {} }),
    (to, from) => {
      const isStopped = to.status === 'disconnected'
      if (to.status === 'connected') connects.push({ user: to.user, recovered: to.recovered })
      else if (isStopped || from.status === 'connected') losses.push({ code: to.error?.code, isStopped })
    },
  )
  const statuses: string[] = []
  connection.store.subscribe(({ status, reason }) => statuses.push(reason ? `${status} ${reason}` : status))
  return {
    connection,
    port,
    calls,
    connects,
    losses,
    errors,
    statuses,
    state: (): ConnectionState<unknown> => connection.store.getState(),
    /** How many attempts reached the network. */
    opens: () => calls.filter((call) => call !== 'close').length,
    /** Connects, and waits until the credentials are there. */
    async start() {
      connection.connect()
      await vi.advanceTimersByTimeAsync(0)
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}
