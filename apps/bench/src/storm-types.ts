// What the page with the components, the benchmark around it and the server agree on.

export const STORM_CONTENDERS = ['useEffect + useState', 'roomful'] as const
/** One listener that writes into the page once a frame: below it there is only the browser. */
export const STORM_FLOOR = 'no React'
export type StormContender = (typeof STORM_CONTENDERS)[number] | typeof STORM_FLOOR

/** Answered with the server's clock at the last event. */
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
