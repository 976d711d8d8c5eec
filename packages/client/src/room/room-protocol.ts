import type { Entry, Receipt, RoomfulError, WireMember } from '@roomful/contract'

/** What the server said when it let us in. */
export interface Joined {
  readonly acknowledged: boolean
  /** Where the room's log stands; undefined on a plain server. */
  readonly position?: { readonly epoch: string; readonly head: number }
  readonly members?: { readonly v: number; readonly list: readonly WireMember[] }
}

/** A message on its way out. */
export interface Outgoing {
  readonly n: number
  readonly event: string
  readonly data: unknown
  /** Its size on the wire, at least. */
  readonly bytes: number
}

/** What became of the first items of a batch; `rest` says why the others were not touched. */
export interface Published {
  readonly results: readonly (Receipt | RoomfulError)[]
  readonly rest?: { readonly error: RoomfulError; readonly afterMs: number; readonly rejoin: boolean }
}

export type HistoryQuery = { readonly limit?: number } & ({ readonly before?: number } | { readonly after: number })

export interface HistoryPage {
  readonly entries: readonly Entry[]
  readonly more: boolean
}

/** How a room is spoken of with one kind of server: `plain-rooms.ts` and `roomful-rooms.ts`. */
export interface RoomProtocol {
  /** `onLate` hears the answer of a server that was not waited for: nothing, or its refusal. */
  join(room: string, onLate: (refusal?: RoomfulError) => void): Promise<Joined>
  leave(room: string): Promise<void>
  /** How many of these may go out together. */
  batchSize(items: readonly Outgoing[]): number
  publish(room: string, epoch: string | undefined, items: readonly Outgoing[]): Published | Promise<Published>
  volatile(room: string, event: string, data: unknown): void
  history(room: string, epoch: string | undefined, query: HistoryQuery): Promise<HistoryPage>
}
