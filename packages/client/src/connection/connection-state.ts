import type { RoomfulError } from '@roomful/contract'
import type { Durability } from '@roomful/contract/protocol'

/** What this client and this server promise together. */
export interface Guarantees {
  /** How the client speaks of rooms: `roomful()` or `plainRooms()`. */
  readonly rooms: 'plain' | 'roomful'
  /** All members of a room get its messages in one order, without holes. */
  readonly order: boolean
  /** Messages that were missed during an outage are fetched. */
  readonly replay: boolean
  /** A message that is sent again is stored once. */
  readonly exactlyOnce: boolean
  /**
   * Where a confirmed message is stored. `memory`: in the server's process, which it ends with. `disk`: on the server's disk, so
   * that it survives the process. `async`: in a database whose failover can lose it, and a `gap` says so. `replica`: also on a
   * replica, so that it survives a failover. `none`: nothing is confirmed. undefined: the server does not say.
   */
  readonly durability: 'none' | Durability | undefined
  /** Where unconfirmed messages are stored; `none`: they are not sent again. */
  readonly outbox: OutboxStorageName
  /** With `existingSocket`: what depends on the app's socket, and is not promised by the client. Otherwise absent. */
  readonly leftToSocket?: readonly ('credentials' | 'timeouts' | 'back-off' | 'sizes' | 'losses')[]
}

/** Where unconfirmed messages are stored. A storage of the app's own has its own name. */
export type OutboxStorageName = 'none' | 'memory' | 'localStorage' | 'indexedDB' | (string & {})

/** What the client knows about the server that it is connected to. */
export interface ServerInfo {
  /** The user as the server knows it, parsed by the contract; undefined where the server does not say. */
  readonly user: unknown
  readonly guarantees: Guarantees
}

/** Why there is no connection while the client tries to connect. */
export type RetryReason = 'offline' | 'transport' | 'server' | 'auth'
/** Why the client does not try any more. */
export type StopReason = 'client' | 'kicked' | 'refused' | 'exhausted'

interface NoReason {
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
  | (NoReason & { readonly status: 'idle' })
  | (NoReason & {
      readonly status: 'connecting'
      /** When the client began to connect. */
      readonly since: number
    })
  | (NoReason & {
      readonly status: 'connected'
      /** The connection's id; each connect has another one. */
      readonly id: string
      /** The user as the server knows it; undefined where the server does not say. */
      readonly user: U | undefined
      readonly guarantees: Guarantees
      /** Whether the server kept the rooms and sent what was missed (Socket.IO's connection state recovery). */
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
      /** When the connection was lost, or the first of these attempts failed. */
      readonly since: number
    }
  | { readonly status: 'disconnected'; readonly reason: StopReason; readonly error?: RoomfulError }

type Of<Status extends ConnectionState['status']> = Extract<ConnectionState<unknown>, { status: Status }>

export type ConnectionEvent =
  | ({ readonly type: 'connect' } & Omit<Of<'connecting'>, 'status'>)
  | ({ readonly type: 'opened' } & Omit<Of<'connected'>, 'status'>)
  | ({ readonly type: 'retry' } & Omit<Of<'reconnecting'>, 'status'>)
  | ({ readonly type: 'stopped' } & Omit<Of<'disconnected'>, 'status'>)

const WHILE_TRYING = ['opened', 'retry', 'stopped'] as const
/** The events that change a status; every other event leaves the state as it is. */
const ACCEPTS: Record<ConnectionState['status'], readonly ConnectionEvent['type'][]> = {
  idle: ['connect', 'stopped'],
  connecting: WHILE_TRYING,
  connected: WHILE_TRYING,
  reconnecting: WHILE_TRYING,
  disconnected: ['connect'],
}
const LEADS_TO = { connect: 'connecting', opened: 'connected', retry: 'reconnecting', stopped: 'disconnected' } as const

/** The next state; the same object where nothing changes. `opened` while connected updates the guarantees. */
export function connectionState(
  state: ConnectionState<unknown>,
  { type, ...facts }: ConnectionEvent,
): ConnectionState<unknown> {
  if (!ACCEPTS[state.status].includes(type)) return state
  // All attempts in a row belong to one outage.
  const kept = type === 'retry' && 'since' in state && { since: state.since }
  return { status: LEADS_TO[type], ...facts, ...kept } as ConnectionState<unknown>
}
