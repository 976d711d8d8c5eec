/** What an event is heard on: a client, or a room, which has a name. */
export interface Heard {
  on(event: string, handler: Handler): () => void
  readonly name?: string
}

export type Handler = (...args: never[]) => void
