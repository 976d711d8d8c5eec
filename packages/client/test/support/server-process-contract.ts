import { defineContract } from '@roomful/contract'
import { z } from 'zod'

/** What the server in a process of its own and its clients agree on. */
export const processChat = defineContract({
  clientToServer: {},
  serverToClient: {},
  room: {
    message: z.object({ text: z.string().min(1).max(1_000) }),
    cursor: { data: z.object({ x: z.number() }), volatile: true },
  },
  user: z.object({ id: z.string(), name: z.string() }),
})

/** What the process is to be; it crosses as JSON. */
export interface ProcessSettings {
  /** In memory, or in this SQLite file. */
  readonly log: 'memory' | { readonly file: string }
  /** Any free one unless given. */
  readonly port?: number
  /** Handlers take anything from 0 to this; 0 unless given. */
  readonly handlerDelayMs?: number
  /** One in so many logged events is not sent to a member, at random; none unless given. */
  readonly loseOneIn?: number
  /** Of what is random in there; 1 unless given. */
  readonly seed?: number
  /** Interval and time-out of Socket.IO's heartbeat, each; 300 unless given. */
  readonly pingMs?: number
}

export type Moment = 'before the commit' | 'after the commit'

/** What the process can be asked, beside its sockets. */
export type Question =
  | { readonly ask: 'log'; readonly room: string }
  /** How many are connected. */
  | { readonly ask: 'clients' }
  /** SIGKILL itself at the `nth` batch from now, before it is written or before its answer and its messages are sent. */
  | { readonly ask: 'crash'; readonly moment: Moment; readonly nth: number }
