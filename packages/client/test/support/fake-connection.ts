import { RoomfulError, type ConnectionState } from '@roomful/client'
import { defaultLimits, type Hello } from '@roomful/contract/protocol'
import { onTestFinished, vi } from 'vitest'
import { Connection, type ConnectionSettings } from '../../src/connection/connection.ts'
import { guaranteesOf } from '../../src/connection/guarantees.ts'
import type { SocketPort } from '../../src/transport/socket-port.ts'

export const hello: Hello = { v: 1, capabilities: [], limits: defaultLimits, user: { id: 'ada' }, now: 0 }
export const unreachable = new RoomfulError('UNREACHABLE', 'unable to reach the server')

/** A connection over a socket that does what the test says, on a clock that the test moves. */
export function createFakeConnection(settings: Partial<ConnectionSettings> = {}) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const calls: unknown[] = []
  const ups: unknown[] = []
  const downs: unknown[] = []
  const errors: unknown[] = []
  const port: SocketPort = {
    open: (auth) => void calls.push(['open', auth]),
    close: () => void calls.push('close'),
    isReady: () => false,
    isCongested: () => false,
    emit: () => {},
    emitWithAck: () => {},
  }
  const connection = new Connection(
    {
      auth: undefined,
      connectTimeoutMs: 10_000,
      helloTimeoutMs: 150,
      reconnect: {},
      plain: true,
      ...settings,
    },
    {
      changed: () => {},
      up: (said, recovered) => void ups.push({ hello: said, recovered }),
      down: (error, stopped) => void downs.push({ code: error.code, stopped }),
      userOf: (said) => said?.user,
      guaranteesOf: (said) => guaranteesOf(said, 'memory'),
    },
    port,
    (error) => void errors.push(error),
  )
  const statuses: string[] = []
  connection.store.subscribe(({ status, reason }) => statuses.push(reason ? `${status} ${reason}` : status))
  return {
    connection,
    port,
    calls,
    ups,
    downs,
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
