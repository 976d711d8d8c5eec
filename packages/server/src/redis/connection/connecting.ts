import { CONNECT_TIMEOUT_MS } from './redis-client.ts'

/** What is used of a client of `ioredis`, or of a cluster of either package, to connect it. */
interface Connectable {
  connect(): Promise<unknown>
  on(event: string, listener: (error: unknown) => void): unknown
}

/** Connects a client that tells the reason of a failure by one of these events, while its rejection only says that it failed. */
export class ReasonedConnect {
  readonly #client: Connectable
  /** The last error that was told. */
  reason: unknown

  constructor(client: Connectable, ...events: readonly string[]) {
    this.#client = client
    for (const event of events)
      client.on(event, (error) => {
        this.reason = error
      })
  }

  async connect(): Promise<void> {
    try {
      await this.#client.connect()
    } catch (error) {
      throw this.reason ?? error
    }
  }
}

/** Rejects after the time that connecting may take. `what` has not happened then. */
export function connectTimeout(what: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${what} within ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS).unref()
  })
}
