/** A client or a room, as the hooks for events see it. Only a room has a name. */
export interface EventSource {
  on(event: string, handler: Handler): () => void
  readonly name?: string | number
}

export type Handler = (...args: never[]) => void
