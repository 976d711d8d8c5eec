import { defineContract } from '@roomful/contract'
import { z } from 'zod'

/** The contract of the server process and its clients. */
export const processChat = defineContract({
  clientToServer: {},
  serverToClient: {},
  room: {
    message: z.object({ text: z.string().min(1).max(1_000) }),
    cursor: { data: z.object({ x: z.number() }), volatile: true },
  },
  user: z.object({ id: z.string(), name: z.string() }),
})

/** The settings of the process, which it gets as JSON. */
export interface ProcessSettings {
  /** In memory, in this SQLite file, or in Redis. With Redis each process is a node, which prints no `UNAVAILABLE`. */
  readonly log: 'memory' | { readonly file: string } | RedisSettings
  /** @default any free port */
  readonly port?: number
  /** Handlers take a random time up to this, in milliseconds. @default 0 */
  readonly handlerDelayMs?: number
  /** One of so many logged events is not sent to a member, at random. @default none */
  readonly loseOneIn?: number
  /** The seed of the random numbers. @default 1 */
  readonly seed?: number
  /** The interval of Socket.IO's heartbeat, and its time-out. @default 300 */
  readonly pingMs?: number
  /** The life of a user's credentials, in milliseconds. @default no end */
  readonly credentialsMs?: number
  /** Joins and messages that a connection may send a second, and at once. @default the server's own */
  readonly ratePerSecond?: number
  /** How long a lost connection stays a member, in milliseconds. @default the server's own */
  readonly presenceGraceMs?: number
  /** How far the clock of the process is from that of the machine, in milliseconds. @default 0 */
  readonly clockMs?: number
}

export interface RedisSettings {
  /** The address. */
  readonly redis: string
  /** @default the package redis, by the address alone */
  readonly client?: 'ioredis'
}

export type Moment = 'before the commit' | 'after the commit'

/** A request over the channel of the parent. */
export type Question =
  | { readonly ask: 'log'; readonly room: string }
  /** Puts a user out of a room; with a ban, where `banMs` is not 0. */
  | { readonly ask: 'remove'; readonly room: string; readonly user: string; readonly banMs: number }
  /** Ends the connections of a user with `$bye` and this code. */
  | { readonly ask: 'disconnect'; readonly user: string; readonly code: string }
  /** The ids of the users in a room, by all nodes. */
  | { readonly ask: 'members'; readonly room: string }
  /** How many clients are connected. */
  | { readonly ask: 'clients' }
  /** When each connection was opened. */
  | { readonly ask: 'connects' }
  /** From now on no broadcast is lost; where some were, all connections end, since the loss of the last one would not be noticed. */
  | { readonly ask: 'loseNothing' }
  /** The process kills itself at the `nth` batch from now: before it is written, or after that and before any answer. */
  | { readonly ask: 'crash'; readonly moment: Moment; readonly nth: number }
