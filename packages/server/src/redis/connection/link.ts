import type { RoomfulError } from '@roomful/contract'
import type { RedisReply } from '../redis-connection.ts'
import { connectTimeout } from './connecting.ts'
import type { ClientListeners, RedisClient } from './redis-client.ts'
import { messageOf, unavailable } from './unavailable.ts'

const PING_EVERY_MS = 1_000
/** A connection that has not answered a ping by then is ended: a broken network may not say so. */
const SILENT_MS = 3_000
const [FIRST_DELAY_MS, LAST_DELAY_MS] = [50, 500]
/** More calls reject, so that memory stays bounded while a server is slow. */
const MAX_CALLS = 10_000
const MAX_CHARACTERS = 64 * 1024 * 1024
/** Another connection may find another server, or loads the scripts again. Redis 6.2 puts the error of a script into a sentence. */
const RECONNECT = /^(?:NOSCRIPT|NOAUTH|LOADING|UNBLOCKED)\b|\b(?:READONLY|MASTERDOWN)\b/
/** In a cluster: the slot is at another server, or will be. */
const MOVED = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/

interface LinkParts {
  readonly create: (listeners: ClientListeners) => RedisClient | Promise<RedisClient>
  /** Prepares a connected client, before any other command. A rejection ends the connection. */
  readonly prepare: (client: RedisClient) => Promise<void>
  readonly onReady: (session: number) => void
  /** A connection could not be made, or has ended. */
  readonly onFailure: (failure: RoomfulError) => void
  readonly onMessage: (channel: string, message: string) => void
  readonly onMoved: () => void
}

interface Call {
  readonly size: number
  readonly reject: (error: unknown) => void
}

/** Keeps one connection to a server. While there is none, calls reject; the unanswered ones reject when it ends. */
export class Link {
  readonly #parts: LinkParts
  readonly #calls = new Set<Call>()
  #characters = 0
  #client: RedisClient | undefined
  #session = 0
  #failure = unavailable('there is no connection to Redis yet')
  #isClosed = false
  #end: (reason: unknown) => void = () => {}

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  get client(): RedisClient | undefined {
    return this.#client
  }

  /** The number of the connection: calls in one session reach the same server. */
  get session(): number {
    return this.#session
  }

  /** Why there is no connection. */
  get failure(): RoomfulError | undefined {
    return this.#client === undefined ? this.#failure : undefined
  }

  /** Connects until closed. */
  async run(): Promise<void> {
    let delayMs = FIRST_DELAY_MS
    while (!this.#isClosed) {
      const session = this.#session
      try {
        await this.#keep()
      } catch (error) {
        this.#failure = error as RoomfulError
        if (!this.#isClosed) this.#parts.onFailure(this.#failure)
      }
      delayMs = session === this.#session ? Math.min(delayMs * 2, LAST_DELAY_MS) : FIRST_DELAY_MS
      if (!this.#isClosed) await sleep(delayMs * (0.5 + Math.random() / 2))
    }
  }

  send(args: readonly string[]): Promise<RedisReply> {
    const client = this.#client
    if (client === undefined) return Promise.reject(this.#failure)
    if (this.#calls.size >= MAX_CALLS || this.#characters >= MAX_CHARACTERS)
      return Promise.reject(unavailable('too many commands wait for an answer of Redis'))
    let size = 0
    for (const arg of args) size += arg.length
    return new Promise((resolve, reject) => {
      const call = { size, reject }
      this.#calls.add(call)
      this.#characters += size
      const isSettled = (): boolean => {
        if (!this.#calls.delete(call)) return true
        this.#characters -= size
        return false
      }
      client.send(args).then(
        (reply) => void (isSettled() || resolve(reply)),
        (error: unknown) => void (isSettled() || reject(this.#failed(error))),
      )
    })
  }

  /** Ends this connection; another one is made. */
  end(reason: unknown): void {
    this.#end(reason)
  }

  close(): void {
    this.#isClosed = true
    this.#end(this.#lost(unavailable('the log is closed')))
  }

  /** Makes one connection, and rejects when it is over. */
  async #keep(): Promise<void> {
    const { create, prepare, onReady, onMessage, onMoved } = this.#parts
    let isOver = false
    const ended = new Promise<never>((_, reject) => {
      // The client may report the end while the next connection is already up.
      this.#end = (reason) => {
        if (!isOver) reject(this.#lost(reason))
        isOver = true
      }
    })
    ended.catch(() => {})
    if (this.#isClosed) return this.close()
    let client: RedisClient | undefined
    let watch: NodeJS.Timeout | undefined
    try {
      client = await create({ onMessage, onMoved, onEnd: this.#end })
      await Promise.race([client.connect(), ended, connectTimeout('Redis did not answer')])
      await Promise.race([prepare(client), ended, connectTimeout('Redis did not answer')])
      this.#client = client
      this.#session += 1
      watch = this.#watch(client)
      onReady(this.#session)
      await ended
    } catch (error) {
      throw this.#lost(error)
    } finally {
      isOver = true
      clearInterval(watch)
      this.#client = undefined
      client?.end()
    }
  }

  /** Pings each second. */
  #watch(client: RedisClient): NodeJS.Timeout {
    let [tickedAt, pingedAt] = [performance.now(), 0]
    const tick = (): void => {
      const now = performance.now()
      // The process itself stood still: an answer may be waiting to be read.
      if (pingedAt > 0 && now - tickedAt > 2 * PING_EVERY_MS) pingedAt = now
      tickedAt = now
      if (pingedAt > 0 && now - pingedAt >= SILENT_MS) this.#end(new Error(`no answer for ${SILENT_MS} ms`))
      if (pingedAt > 0) return
      pingedAt = now
      client.send(['PING']).then(() => {
        pingedAt = 0
      }, this.#end)
    }
    return setInterval(tick, PING_EVERY_MS)
  }

  /** Rejects all unanswered calls. */
  #lost(reason: unknown): RoomfulError {
    const failure = isUnavailable(reason)
      ? reason
      : unavailable(`there is no connection to Redis: ${messageOf(reason)}`, reason)
    this.#failure = failure
    this.#client = undefined
    for (const { reject } of this.#calls) reject(failure)
    this.#calls.clear()
    this.#characters = 0
    return failure
  }

  #failed(error: unknown): RoomfulError {
    const message = messageOf(error)
    if (RECONNECT.test(message)) this.#end(error)
    if (MOVED.test(message)) this.#parts.onMoved()
    return unavailable(`Redis refused a command: ${message}`, error)
  }
}

function isUnavailable(error: unknown): error is RoomfulError {
  return error instanceof Error && (error as { code?: unknown }).code === 'UNAVAILABLE'
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
