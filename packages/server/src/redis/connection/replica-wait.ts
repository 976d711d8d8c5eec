import type { RedisReply } from '../redis-connection.ts'
import type { Link } from './link.ts'
import { unavailable } from './unavailable.ts'

/** How long Redis waits for a replica. Other commands of the connection wait meanwhile. */
const WAIT_MS = 500

interface Group {
  readonly session: number
  readonly confirmed: Promise<void>
}

/**
 * Confirms commands once a replica has them. Redis' WAIT is about what its own connection did last. So a PING goes before it on the
 * connection of the commands, which makes it wait for everything that was written up to then, also when a command only read.
 * One WAIT is for all commands since the last one.
 */
export class ReplicaWait {
  readonly #link: Link
  #next: Group | undefined
  #current: Promise<unknown> = Promise.resolve()

  constructor(link: Link) {
    this.#link = link
  }

  async send(args: readonly string[]): Promise<RedisReply> {
    const { session } = this.#link
    const reply = this.#link.send(args)
    // Without a connection nothing is sent, and there is nothing to confirm.
    if (this.#link.client === undefined) return await reply
    if (this.#next?.session !== session) this.#next = this.#group(session)
    const [answer] = await Promise.all([reply, this.#next.confirmed])
    return answer
  }

  #group(session: number): Group {
    const confirmed = this.#confirm(session, this.#current)
    this.#current = confirmed.catch(() => {})
    return { session, confirmed }
  }

  /** Confirms after the WAIT before it, and after all commands of this turn of the event loop. */
  async #confirm(session: number, before: Promise<unknown>): Promise<void> {
    await Promise.all([before, new Promise((resolve) => void setImmediate(resolve))])
    if (this.#next?.session === session) this.#next = undefined
    // On another connection, perhaps to another server, WAIT would say nothing about these commands.
    if (this.#link.session !== session) throw unavailable('the connection to Redis was lost')
    const ping = this.#link.send(['PING'])
    const [, count] = await Promise.all([ping, this.#link.send(['WAIT', '1', String(WAIT_MS)])])
    if (Number(count) < 1) throw unavailable(`no replica of Redis has confirmed the message within ${WAIT_MS} ms`)
  }
}
