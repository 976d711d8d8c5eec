import { RoomfulError } from '@roomful/contract'
import type { PublishAnswer } from '@roomful/contract/protocol'
import { isPassing } from '../../events/refusal.ts'
import { givenUp, type Message, type Outcome } from './message.ts'

/** How a room can be written to now. */
export interface Session {
  /** The log's; undefined on a plain server, which has none. */
  readonly epoch: string | undefined
  readonly batchItems: number
  readonly batchBytes: number
  readonly eventBytes: number
}

/** A batch on its way: stored first, then sent. */
export interface Flight {
  readonly epoch: string | undefined
  messages: readonly Message[]
  /** Those that are sent for the first time: where the server takes none, it has none of these. */
  readonly fresh: ReadonlySet<Message>
  isSent: boolean
}

export interface RoomQueueHooks {
  /** Was on its way, and waits again. */
  queued(message: Message): void
  settled(message: Message, outcome: Outcome): void
  /** Nothing goes until `woken`; `rejoin` asks to be let in again first. */
  wait(ms: number, rejoin: boolean): void
}

const DEATHS = 3
/** What is around an item in a batch: its number, its event's name, JSON's own signs. */
const ENVELOPE_BYTES = 128
const FRUITLESS_MS = 100
const LONGEST_FRUITLESS_MS = 5_000
/** The most that a server may ask for. */
const LONGEST_WAIT_MS = 300_000

/** One room's messages in order, and what is under way. SPEC.md, rules OB. */
export class RoomQueue {
  messages: Set<Message> = new Set()
  session: Session | undefined
  flight: Flight | undefined
  readonly #hooks: RoomQueueHooks
  /** The server asked for a moment. */
  #isWaiting = false
  /** How many answers in a row took nothing. */
  #fruitless = 0
  /** How many connections in a row ended with a batch unanswered. */
  #deaths = 0
  /** How many messages at the front may be what ends them: each goes alone. */
  #suspects = 0

  constructor(hooks: RoomQueueHooks) {
    this.#hooks = hooks
  }

  get isIdle(): boolean {
    return this.session !== undefined && !this.flight && !this.#isWaiting
  }

  /** The next batch: from the first that is `mine` on, as long as they are of one page (C4). */
  nextBatch({ batchItems, batchBytes }: Session, mine: (message: Message) => boolean): Message[] {
    const most = this.#suspects > 0 ? 1 : batchItems
    const batch: Message[] = []
    let bytes = 0
    for (const message of this.messages) {
      if (!mine(message)) continue
      bytes += message.bytes + ENVELOPE_BYTES
      const [first] = batch
      if (first && (batch.length >= most || bytes > batchBytes || message.cid !== first.cid)) break
      batch.push(message)
    }
    return batch
  }

  /** Those that are on their way now. */
  flying(): Message[] {
    return this.flight?.isSent ? this.flight.messages.filter((message) => this.messages.has(message)) : []
  }

  woken(): void {
    this.#isWaiting = false
  }

  /**
   * The connection is gone: what was sent and not answered is sent again, unless it seems to be what ends connections
   * (C19). `isOurs`: we ended it ourselves.
   */
  closed(isOurs: boolean): void {
    const flying = this.flying()
    const isDeath = flying.length > 0 && !isOurs
    this.session = undefined
    this.#isWaiting = false
    if (isDeath && ++this.#deaths === DEATHS) {
      this.#deaths = 0
      const error = new RoomfulError('DISCONNECTED', 'each connection on which it was sent ended without an answer')
      if (this.#suspects > 0) this.settle(flying[0]!, givenUp(flying[0]!, error))
      else this.#suspects = flying.length
    }
    this.#land()
  }

  /** What the server said of a batch, which may be one that was sent again meanwhile: the first answer counts (C6, C7). */
  answered(
    flight: Flight,
    { epoch, results, code, message = 'the server refused the messages', after }: PublishAnswer,
  ): void {
    const isCurrent = this.flight === flight
    if (isCurrent) this.#deaths = 0
    // Of a log that is not this one any more: it was sent again, or will be.
    if (results.length > 0 && epoch !== this.session?.epoch) return isCurrent ? this.#pause(true, 0, true) : undefined
    if (results.length > 0) this.#fruitless = 0
    for (const [index, sent] of flight.messages.entries()) {
      const result = results[index]
      if (result) this.settle(sent, outcomeOf(result))
    }
    if (!isCurrent) return
    const rest = flight.messages.slice(results.length)
    if (rest.length > 0 && code !== undefined && isPassing(code))
      return this.#pause(results.length === 0, after, code === 'EPOCH' || code === 'NOT_MEMBER')
    const refusal = new RoomfulError(code ?? 'REFUSED', message)
    for (const sent of rest) this.settle(sent, givenUp(sent, refusal, !flight.fresh.has(sent)))
    this.flight = undefined
  }

  /** No answer in time, or one that nobody can read: sent again on the same connection (C5). */
  unanswered(flight: Flight): void {
    if (this.flight === flight) this.#pause(true, 0, false)
  }

  /** A plain server's batch, written or not: it will not say more. Where the connection is about to go, the rest waits. */
  written({ messages }: Flight, errors: readonly (RoomfulError | undefined)[]): void {
    for (const [index, message] of messages.entries()) {
      const error = errors[index]
      if (error?.code === 'DISCONNECTED') this.session = undefined
      else this.settle(message, error ? { state: 'rejected', error } : { state: 'unknown' })
    }
    this.#land()
  }

  /** Ends messages without an answer. */
  end(why: (message: Message) => RoomfulError | undefined): void {
    for (const message of this.messages) {
      const error = why(message)
      if (error) this.settle(message, givenUp(message, error))
    }
  }

  /** C8: the server may have forgotten the key. R4: it may take less than it did. */
  expire({ eventBytes }: Session, user: Message['user'], forgotten: number): void {
    this.end(({ user: owner, bytes, sentAt = Infinity }) => {
      if (owner !== user) return undefined
      if (sentAt <= forgotten) return new RoomfulError('UNKNOWN', 'it was sent longer ago than the server remembers')
      if (bytes > eventBytes) return new RoomfulError('TOO_LARGE', `the server takes at most ${eventBytes} bytes`)
      return undefined
    })
  }

  /** What is not there any more was settled before, and the first answer counts. */
  settle(message: Message, outcome: Outcome): void {
    if (!this.messages.delete(message)) return
    this.#suspects = Math.max(0, this.#suspects - 1)
    this.#deaths = 0
    this.#hooks.settled(message, outcome)
  }

  /** What was on its way, and is not settled, waits again. */
  #land(): void {
    for (const message of this.flying()) this.#hooks.queued(message)
    this.flight = undefined
  }

  /** A server that again and again takes nothing, and names no wait, must not be asked in a tight loop. */
  #pause(tookNothing: boolean, after: number | undefined, rejoin: boolean): void {
    this.#fruitless = tookNothing ? this.#fruitless + 1 : 0
    const own = this.#fruitless < 2 ? 0 : Math.min(LONGEST_FRUITLESS_MS, FRUITLESS_MS * 2 ** (this.#fruitless - 2))
    if (rejoin) this.session = undefined
    this.#isWaiting = true
    this.#land()
    this.#hooks.wait(Math.min(after || own, LONGEST_WAIT_MS), rejoin)
  }
}

function outcomeOf(result: PublishAnswer['results'][number]): Outcome {
  if (!('code' in result)) return { state: 'confirmed', ...result }
  const { code, message = `the server refused: ${code}` } = result
  const error = new RoomfulError(code, message, { refusal: { code, message } })
  return code === 'STALE' ? { state: 'unknown', error } : { state: 'rejected', error }
}
