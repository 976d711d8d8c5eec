import type { RoomfulError } from '@roomful/contract'
import type { Limits, PublishAnswer, WireMember } from '@roomful/contract/protocol'
import type { Flight, Session } from '../roomful/outbox/room-queue.ts'
import type { LogPage } from '../roomful/log.ts'

/** What the server said when it let us in. */
export interface Joined {
  readonly acknowledged: boolean
  /** Where the room's log stands, and what we missed of it; undefined on a plain server. */
  readonly page?: LogPage
  readonly members?: { readonly v: number; readonly list: readonly WireMember[] }
}

/** How far we have followed the room's log. */
export interface Since {
  readonly epoch: string
  readonly seq: number
}

export type HistoryQuery = { readonly limit?: number } & ({ readonly before?: number } | { readonly after: number })

export interface HistoryPage extends LogPage {
  readonly more: boolean
}

/** How the server is asked for what it has beside rooms' messages: presence, typing. */
export interface Wire {
  /** What it takes. */
  readonly limits: Limits
  /** Rejects with the server's refusal. */
  readonly ask: (event: string, request: object) => Promise<unknown>
  /** Now or not at all. */
  readonly say: (event: string, message: object) => void
}

/** How a room is spoken of with one kind of server: `plain-rooms.ts` and `roomful-rooms.ts`. */
export interface RoomProtocol {
  readonly kind: 'plain' | 'roomful'
  /** `onLate` hears the answer of a server that was not waited for: nothing, or its refusal. */
  join(
    room: string,
    since: Since | undefined,
    onLate: (refusal?: RoomfulError) => void,
    presence?: unknown,
  ): Promise<Joined>
  leave(room: string): Promise<void>
  /** How the room is written to. */
  session(epoch: string | undefined): Session
  /** The server's answer; a plain server gives none, so only what could not be written. */
  publish(room: string, flight: Flight): Promise<PublishAnswer> | readonly (RoomfulError | undefined)[]
  volatile(room: string, event: string, data: unknown): void
  history(room: string, epoch: string | undefined, query: HistoryQuery): Promise<HistoryPage>
  /** undefined where the server does not list that; a plain one lists nothing. */
  wire?(capability: string): Wire | undefined
}
