/** What an event is heard on: a client, or a room. */
export interface Heard {
  on(event: string, handler: Handler): () => void
}

export type Handler = (...args: never[]) => void
