import type { RoomfulError } from '@roomful/contract'

/** What holds with the server that we are connected to; nothing is claimed that it cannot give. */
export interface Guarantees {
  /** `roomful` where `@roomful/server` answers, `plain` on any other Socket.IO server. */
  readonly rooms: 'plain' | 'roomful'
  /** Everyone in a room sees its messages in one order, without holes. */
  readonly order: boolean
  /** What was missed while away is fetched. */
  readonly replay: boolean
  /** A message that is sent again is stored once. */
  readonly exactlyOnce: boolean
  /** Where messages wait that were not confirmed; `none`: they are not sent again. */
  readonly outbox: 'none' | 'memory' | 'localStorage' | 'indexedDB' | (string & {})
}

/** Why there is no connection while one is sought. */
export type RetryReason = 'offline' | 'transport' | 'server' | 'auth'
/** Why none is sought any more. */
export type StopReason = 'client' | 'kicked' | 'refused' | 'exhausted'

interface Facts {
  readonly reason?: undefined
  readonly error?: undefined
}

/**
 * The connection's state; `status` tells which. Times are in milliseconds since 1970.
 *
 *     idle ───── connect ─► connecting ── opened ─► connected
 *                               │                     │  ▲
 *                             retry               retry  opened
 *                               ▼                     ▼  │
 *                               └────────────► reconnecting ⟲ retry
 *     all of these ── stopped ─► disconnected ── connect ─► connecting
 */
export type ConnectionState<U = { readonly id: string }> =
  | (Facts & { readonly status: 'idle' })
  | (Facts & {
      readonly status: 'connecting'
      /** Since when a connection has been sought. */
      readonly since: number
    })
  | (Facts & {
      readonly status: 'connected'
      /** The connection's id, another one after each connect. */
      readonly id: string
      /** Who the server says we are; undefined where it does not say. */
      readonly user: U | undefined
      readonly guarantees: Guarantees
      /** Whether the server kept our rooms and sent what we missed (Socket.IO's connection state recovery). */
      readonly recovered: boolean
    })
  | {
      readonly status: 'reconnecting'
      readonly reason: RetryReason
      readonly error: RoomfulError
      /** The number of the next or running attempt, from 1. */
      readonly attempt: number
      /** When the next attempt begins, or the running one began. */
      readonly nextAttemptAt: number
      /** Since when there has been none: the first of these attempts, or the loss. */
      readonly since: number
    }
  | { readonly status: 'disconnected'; readonly reason: StopReason; readonly error?: RoomfulError }

type Of<Status extends ConnectionState['status']> = Extract<ConnectionState<unknown>, { status: Status }>

export type ConnectionEvent =
  | ({ readonly type: 'connect' } & Omit<Of<'connecting'>, 'status'>)
  | ({ readonly type: 'opened' } & Omit<Of<'connected'>, 'status'>)
  | ({ readonly type: 'retry' } & Omit<Of<'reconnecting'>, 'status'>)
  | ({ readonly type: 'stopped' } & Omit<Of<'disconnected'>, 'status'>)

const SOUGHT = ['opened', 'retry', 'stopped'] as const
/** Which events a status listens to; all others leave the state as it is. */
const LISTENS: Record<ConnectionState['status'], readonly ConnectionEvent['type'][]> = {
  idle: ['connect', 'stopped'],
  connecting: SOUGHT,
  connected: SOUGHT,
  reconnecting: SOUGHT,
  disconnected: ['connect'],
}
const LEADS_TO = { connect: 'connecting', opened: 'connected', retry: 'reconnecting', stopped: 'disconnected' } as const

/** The next state; the same object where nothing changes. `opened` while connected: the server said more about itself. */
export function connectionState(
  state: ConnectionState<unknown>,
  { type, ...facts }: ConnectionEvent,
): ConnectionState<unknown> {
  if (!LISTENS[state.status].includes(type)) return state
  // One attempt after another is one outage.
  const kept = type === 'retry' && 'since' in state && { since: state.since }
  return { status: LEADS_TO[type], ...facts, ...kept } as ConnectionState<unknown>
}
