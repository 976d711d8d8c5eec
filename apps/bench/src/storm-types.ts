// Types shared by the page with the components, the benchmark and the server.

/** `roomful` receives the events in a room, of a server with `createRooms`. */
export const STORM_CONTENDERS = ['useEffect + useState', 'roomful'] as const
/** The same hooks at a server without Roomful, which sends each event alone. */
export const STORM_PLAIN = 'plain rooms'
/** The lower bound: one listener that writes into the page once a frame. All other cost is the browser's own. */
export const STORM_BASELINE = 'no React'
export type StormContender = (typeof STORM_CONTENDERS)[number] | typeof STORM_BASELINE | typeof STORM_PLAIN

/** Starts a storm. The ack is the time of the last event by the server's clock. */
export interface StormRequest {
  /** Events a second. */
  readonly rate: number
  readonly seconds: number
  readonly keys: number
}

export interface StormEvent {
  readonly n: number
  readonly key: number
  readonly text: string
}
