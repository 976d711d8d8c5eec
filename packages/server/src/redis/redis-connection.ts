/** What a command or a script answers (RESP 2). Scripts give strings, numbers and lists of them. */
export type RedisReply = string | number | null | readonly RedisReply[]

/** A Lua script. All of its keys are declared, and lie in one slot. */
export interface RedisScript {
  readonly source: string
  /** The SHA-1 of the source, in hex. */
  readonly sha: string
}

/**
 * The connections to one server, or to each primary of a cluster. Commands are sent in the order of the calls, without waiting for
 * answers. Nothing is queued while there is no connection, and nothing is sent twice.
 *
 * Calls reject with the code `UNAVAILABLE`: the command was not sent, or its outcome is unknown, or Redis answered with an error.
 */
export interface RedisConnection {
  readonly isCluster: boolean
  /** Begins to connect, and goes on until closed. Resolves once connected; rejects if the first attempt fails. */
  connect(): Promise<void>
  /** Resolves if there is a connection. Otherwise it rejects with a sentence that says why not. */
  check(): Promise<void>
  /** Runs a script on the server that has its keys. */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply>
  /** The same, and rejects unless a replica has everything that was written up to then, by any connection. */
  runReplicated(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply>
  /** Runs a command on the server that has the key. */
  command(key: string, name: string, ...args: readonly (string | number)[]): Promise<RedisReply>
  /**
   * Calls the listener with each message of the channel: a sharded one in a cluster, on the server that has the slot of its hash tag.
   * Resolves once active. A subscription lasts over reconnections; `onRestored` tells that messages may be lost. The listener
   * must not throw.
   */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => void>
  /** Calls the listener whenever all connections to a server are back, after scripts were loaded and channels subscribed. */
  onRestored(listener: () => void): () => void
  close(): Promise<void>
}
