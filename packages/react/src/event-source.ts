/** A client, a room, or keyed events, as the hooks for events see it. Only a room has a name. */
export interface EventSource {
  on(event: unknown, handler: Handler): () => void
  readonly name?: string | number
}

export type Handler = (...args: never[]) => void
