import { RoomfulError } from '@roomful/contract'
import { isMessageId, isPassingCode, type PublishAnswer } from '@roomful/contract/protocol'
import { requestedWaitMs } from '../../errors.ts'
import { type Message, type Outcome, unanswered } from './message.ts'
import { blockName } from '../storage/earlier-entries.ts'
import { refusedBy } from '../wire-messages.ts'
import { isUntouched, outcomeOf } from './publish-answer.ts'
import { MessageCounts } from './message-counts.ts'
import type { Batch, RoomQueueOutput, Session } from './outbox-steps.ts'

/** How many connections in a row may end with an unanswered batch before its messages are suspected (C19). */
const MAX_DROPPED_CONNECTIONS = 3
/** The size of an item beside its data: its number, its id, the name of its event, the syntax of JSON. */
const ENVELOPE_BYTES = 160
const EMPTY_ANSWER_MS = 100
const MAX_EMPTY_ANSWER_MS = 5_000

/** Why the room ended while a message was under way, and the last batch that carries the message. */
interface Ending {
  readonly batch: Batch
  readonly error: RoomfulError
}

interface QueueCount {
  readonly messages: number
  readonly bytes: number
  readonly sending: number
  readonly isNeeded: boolean
}

/** One room's messages in order, and the batch that is under way. SPEC.md, rules OB. */
export class RoomQueue {
  readonly room: string
  messages: Set<Message> = new Set()
  readonly #counts = new MessageCounts()
  session: Session | undefined
  batch: Batch | undefined
  #isWaiting = false
  /** How many answers in a row settled nothing. */
  #emptyAnswers = 0
  #droppedConnections = 0
  /** The app joins the room, in which the client may still be for its messages: no batch goes before the answer (P8). */
  isJoining = false
  /** How many messages at the front are sent one by one, since one of them may be what ends connections. */
  #isolatedCount = 0
  /** Messages that were under way when the server refused the room: they are not sent again, and wait for their answer. */
  readonly #ending = new Map<Message, Ending>()

  constructor(room: string) {
    this.room = room
  }

  get isIdle(): boolean {
    return this.session !== undefined && !this.isJoining && !this.batch && !this.#isWaiting
  }

  /** The messages that were sent and whose answer may come. */
  get sending(): readonly Message[] {
    return [...this.#ending.keys(), ...this.#inBatch]
  }

  /** The messages that were sent in the current batch and are not settled. */
  get #inBatch(): readonly Message[] {
    return this.batch?.isSent ? this.batch.messages.filter((message) => this.messages.has(message)) : []
  }

  /** The messages of the user and of none. `isNeeded`: one of them needs the room, rather than only waits for its answer. */
  count(user: Message['user']): QueueCount {
    const { messages, bytes } = this.#counts.of(user)
    const sending = this.#ending.size + this.#inBatch.length
    let ending = 0
    for (const message of this.#ending.keys()) if (message.user === user || message.user === undefined) ending += 1
    return { messages, bytes, sending, isNeeded: messages > ending }
  }

  /** Gives a message without a user to this user. */
  giveTo(user: string | null, message: Message): void {
    this.#counts.add(message, -1)
    message.user = user
    this.#counts.add(message, 1)
  }

  add(messages: readonly Message[], isInFront: boolean): void {
    for (const message of messages) if (!this.messages.has(message)) this.#counts.add(message, 1)
    if (isInFront) this.messages = new Set([...messages, ...this.messages])
    else for (const message of messages) this.messages.add(message)
  }

  /** Makes the next batch, from the first of the user's messages on, as long as they have one cid (C4). Returns those that were never sent. */
  makeBatch(user: string | null, blocked?: ReadonlySet<string>): ReadonlySet<Message> {
    const { room, session } = this
    if (!session) return new Set()
    const maxItems = this.#isolatedCount > 0 ? 1 : session.batchItems
    const messages: Message[] = []
    let bytes = 0
    for (const message of this.messages) {
      if (message.user !== user || this.#isHeldBack(message, blocked)) continue
      bytes += message.bytes + ENVELOPE_BYTES
      const [first] = messages
      if (first && (messages.length >= maxItems || bytes > session.batchBytes || message.cid !== first.cid)) break
      messages.push(message)
    }
    const firstSent = new Set(messages.filter(({ sentAt }) => sentAt === undefined))
    if (messages.length > 0) this.batch = { room, epoch: session.epoch, messages, firstSent, isSent: false }
    return firstSent
  }

  open(session: Session): void {
    this.session = session
    this.isJoining = false
  }

  wake(): void {
    this.#isWaiting = false
  }

  /** The connection ended: unanswered messages are sent again, but for those that seem to end connections. */
  close(isOwn: boolean): RoomQueueOutput[] {
    const sending = this.#inBatch
    const suspected = sending.length > 0 && !isOwn ? this.#suspect(sending) : []
    const unanswered = [...this.#ending.keys()].flatMap((message) => this.#endUnanswered(message, true))
    return [...suspected, ...unanswered, ...this.leave()]
  }

  /** The app left the room, and the connection goes on. */
  leave(): RoomQueueOutput[] {
    this.session = undefined
    this.isJoining = false
    this.#isWaiting = false
    return this.#requeue()
  }

  /** The batch under way goes again in the new epoch: the log may have lost what its answer confirms. */
  continueIn(epoch: string): RoomQueueOutput[] {
    if (this.session) this.session = { ...this.session, epoch }
    return this.#requeue()
  }

  /** The batch under way goes again when the room is joined. */
  distrust(): RoomQueueOutput[] {
    this.session = undefined
    return this.#requeue()
  }

  /** The server refused the room, or put the client out of it (C9): the batch under way is not sent again, and other messages end. */
  refuse(error: RoomfulError, isOwn: (message: Message) => boolean): RoomQueueOutput[] {
    const { batch } = this
    if (batch) for (const message of this.#inBatch) this.#ending.set(message, { batch, error })
    this.batch = undefined
    this.leave()
    return this.end((message) => (isOwn(message) && !this.#ending.has(message) ? error : undefined))
  }

  /** The first answer to a message counts, also if the batch was sent again meanwhile (C6, C7). */
  answer(batch: Batch, answer: PublishAnswer): RoomQueueOutput[] {
    if (batch.messages.some((message) => this.#ending.has(message))) return this.#answerEnding(batch, answer)
    const { epoch, results, code = 'REFUSED' } = answer
    const isCurrent = this.batch === batch
    if (isCurrent) this.#droppedConnections = 0
    // An answer about another log than the room's: its messages are sent again.
    if (results.length > 0 && epoch !== this.session?.epoch) return isCurrent ? this.#pause(true, 0, true) : []
    if (results.length > 0) this.#emptyAnswers = 0
    const settled = batch.messages.flatMap((sent, index) => {
      const result = results[index]
      return result ? this.#settle(sent, outcomeOf(result)) : []
    })
    if (!isCurrent) return settled
    const rest = batch.messages.slice(results.length)
    if (rest.length === 0) {
      this.batch = undefined
      return settled
    }
    const refusal = refusedBy({ ...answer, code })
    if (isPassingCode(code)) {
      if (isUntouched(answer)) for (const sent of rest) if (batch.firstSent.has(sent)) sent.sentAt = undefined
      return [
        ...settled,
        ...this.#pause(results.length === 0, requestedWaitMs(refusal), code === 'EPOCH' || code === 'NOT_MEMBER'),
      ]
    }
    this.batch = undefined
    const refused = (sent: Message) => this.#settle(sent, unanswered(sent, refusal, !batch.firstSent.has(sent)))
    return [...settled, ...rest.flatMap(refused)]
  }

  /** The batch is sent again on the same connection (C5). */
  noAnswer(batch: Batch): RoomQueueOutput[] {
    return this.batch === batch ? this.#pause(true, 0, false) : this.#endRest(batch, () => true)
  }

  /** Ends messages without an answer. */
  end(why: (message: Message) => RoomfulError | undefined): RoomQueueOutput[] {
    return [...this.messages].flatMap((message) => {
      const error = why(message)
      return error ? this.#settle(message, unanswered(message, error)) : []
    })
  }

  /**
   * Ends messages that the server may not recognize (C8), and those that are larger than it takes now: among the messages of
   * the next batch, and before them.
   */
  endExpired(user: string | null, forgottenMs: number, blocked?: ReadonlySet<string>): RoomQueueOutput[] {
    const { eventBytes = Infinity, batchItems = Infinity } = this.session ?? {}
    const outputs: RoomQueueOutput[] = []
    let next = 0
    for (const message of this.messages) {
      if (next >= batchItems) break
      if (message.user !== user) continue
      const error = expiry(message, forgottenMs, eventBytes)
      if (error) outputs.push(...this.#settle(message, unanswered(message, error)))
      else if (!this.#isHeldBack(message, blocked)) next += 1
    }
    return outputs
  }

  #isHeldBack(message: Message, blocked: ReadonlySet<string> | undefined): boolean {
    return this.#ending.has(message) || blocked?.has(blockName(message.cid, this.room)) === true
  }

  /** Results count as they come. If the rest was not handled, what only this batch has carried is in no log. */
  #answerEnding(batch: Batch, answer: PublishAnswer): RoomQueueOutput[] {
    const { epoch, results } = answer
    const isReadable = results.length === 0 || epoch === batch.epoch
    const settled = batch.messages.flatMap((sent, index) => {
      const result = isReadable ? results[index] : undefined
      return result ? this.#settle(sent, outcomeOf(result)) : []
    })
    const isInNoLog = (sent: Message) => isReadable && isUntouched(answer) && batch.firstSent.has(sent)
    return [...settled, ...this.#endRest(batch, (sent) => !isInNoLog(sent))]
  }

  /** Ends the messages that have waited for the answer to this batch. */
  #endRest(batch: Batch, mayBeStored: (message: Message) => boolean): RoomQueueOutput[] {
    const rest = batch.messages.filter((message) => this.#ending.get(message)?.batch === batch)
    return rest.flatMap((message) => this.#endUnanswered(message, mayBeStored(message)))
  }

  #endUnanswered(message: Message, mayBeStored: boolean): RoomQueueOutput[] {
    return this.#settle(message, unanswered(message, this.#ending.get(message)!.error, mayBeStored))
  }

  #suspect(sending: readonly Message[]): RoomQueueOutput[] {
    this.#droppedConnections += 1
    if (this.#droppedConnections < MAX_DROPPED_CONNECTIONS) return []
    this.#droppedConnections = 0
    if (this.#isolatedCount === 0) {
      this.#isolatedCount = sending.length
      return []
    }
    const error = new RoomfulError('DISCONNECTED', 'each connection on which it was sent ended without an answer')
    return this.#settle(sending[0]!, unanswered(sending[0]!, error))
  }

  #settle(message: Message, outcome: Outcome): RoomQueueOutput[] {
    if (!this.delete(message)) return [] // it was settled before
    this.#isolatedCount = Math.max(0, this.#isolatedCount - 1)
    this.#droppedConnections = 0
    return [{ type: 'settled', message, outcome }]
  }

  /** Whether the message was there. */
  delete(message: Message): boolean {
    this.#ending.delete(message)
    const isDeleted = this.messages.delete(message)
    if (isDeleted) this.#counts.add(message, -1)
    return isDeleted
  }

  #requeue(): RoomQueueOutput[] {
    const sending = this.#inBatch
    this.batch = undefined
    return sending.map((message) => ({ type: 'queued', message }))
  }

  /** Waits longer after each answer that settles nothing, so that a server that names no wait is not asked in a tight loop. */
  #pause(isEmpty: boolean, requestedMs: number, rejoin: boolean): RoomQueueOutput[] {
    this.#emptyAnswers = isEmpty ? this.#emptyAnswers + 1 : 0
    const ownMs =
      this.#emptyAnswers < 2 ? 0 : Math.min(MAX_EMPTY_ANSWER_MS, EMPTY_ANSWER_MS * 2 ** (this.#emptyAnswers - 2))
    if (rejoin) this.session = undefined
    this.#isWaiting = true
    const wait: RoomQueueOutput = { type: 'wait', room: this.room, ms: requestedMs || ownMs, rejoin }
    return [...this.#requeue(), wait]
  }
}

/** Why the message must not be sent. */
function expiry(
  { id, bytes, sentAt = Infinity }: Message,
  forgottenMs: number,
  maxBytes: number,
): RoomfulError | undefined {
  if (sentAt <= forgottenMs) return new RoomfulError('UNKNOWN', 'it was sent longer ago than the server remembers')
  if (!isMessageId(id)) return new RoomfulError('UNKNOWN', 'an earlier version of the client sent it')
  if (bytes > maxBytes) return new RoomfulError('TOO_LARGE', `the server takes at most ${maxBytes} bytes`)
  return undefined
}
