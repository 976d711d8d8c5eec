import { hash } from 'node:crypto'
import { isPassingCode, type PublishAnswer } from '@roomful/contract/protocol'
import type { ActiveRooms } from '../rooms/active-rooms.ts'
import { type Identity, userIdOf } from '../connection/authenticate.ts'
import type { CallbackRunner } from '../callback-runner.ts'
import type { Drain } from '../drain.ts'
import type { EventRules } from './event-rules.ts'
import { hashOf } from '../json.ts'
import { BatchQueue } from './batch-queue.ts'
import { CallbackFailure, FailedAttempts } from './failed-attempts.ts'
import { answerFrom, type DecidedItem, type Sender, type SenderRow } from '../log/sender-row.ts'
import type { Memberships } from '../rooms/memberships.ts'
import { countBatch } from '../metrics/count-batch.ts'
import { assertRate } from '../rates/rate-check.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import { RefusalError, refuse, toWire } from '../refuse.ts'
import type { PublishBatch } from '../connection/requests.ts'
import type { Room } from '../rooms/room.ts'
import type { Settings } from '../settings.ts'

/** A batch that takes longer is answered in part, well before its sender would send it again (C5: after 10 s). */
const BATCH_MS = 5_000

/** For an item that the log answers from its row. The refusal is the answer if the row is gone by then. */
const ALREADY_DECIDED = { code: 'STALE' }

interface Decided {
  readonly items: readonly DecidedItem[]
  /** The refusal that ended the batch before its end. */
  readonly stopped: RefusalError | undefined
}

/** One run of a batch. */
interface BatchRun {
  readonly startedAt: number
  /** Throws `NOT_MEMBER` once the sender was put out of the room. */
  readonly assertMember: () => void
}

interface PublisherParts {
  readonly rules: EventRules
  readonly drain: Drain
  readonly activeRooms: ActiveRooms
  readonly callbacks: CallbackRunner
  readonly settings: Settings
}

/** The connection that a batch came from. */
export interface Publishing {
  readonly identity: Identity
  readonly rates: RequestLimiter
}

/** Handles `$publish`: checks a batch item by item, and writes it to the room's log (S2 to S7). */
export class Publisher {
  readonly #parts: PublisherParts
  readonly #queue = new BatchQueue()
  readonly #failedAttempts = new FailedAttempts()

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /** A batch that has begun is finished, also after its sender has left the room, unless it was put out (S19). */
  async publish(memberships: Memberships, by: Publishing, request: PublishBatch): Promise<PublishAnswer> {
    const { identity } = by
    const startedAt = performance.now()
    try {
      memberships.assertMember(request.room)
      const sender = senderOf(identity, request.cid)
      const key = queueKeyOf(sender, request.room)
      return await this.#parts.activeRooms.use(request.room, (room) =>
        room.runBatch(identity.wire.id, memberships, (assertMember) =>
          this.#queue.run(key, () => this.#process(room, by, sender, request, { startedAt, assertMember })),
        ),
      )
    } catch (error) {
      const refusal = toWire(this.#refusalOf(error, request.room))
      return this.#count({ ok: false, epoch: request.epoch, results: [], ...refusal }, identity, request, startedAt)
    }
  }

  async #process(
    room: Room,
    by: Publishing,
    sender: Sender,
    request: PublishBatch,
    { startedAt, assertMember }: BatchRun,
  ): Promise<PublishAnswer> {
    const { epoch } = request
    const { identity } = by
    await this.#assertRate(sender, request)
    const row = await room.row(sender)
    const { items, stopped } = await this.#decide(room, by, sender, row, request, assertMember)
    assertMember()
    // Nothing to write: a refused batch must not cost a commit.
    if (items.length === 0 && stopped !== undefined) throw stopped
    const committed = await room.commit({ epoch, sender, items: withCommitTime(items) })
    if (committed === undefined) throw refuse('EPOCH', 'the log of this room has another epoch now: join again')
    const { results } = committed
    const answer =
      stopped === undefined ? { ok: true, epoch, results } : { ok: false, epoch, results, ...toWire(stopped) }
    return this.#count(answer, identity, request, startedAt, items)
  }

  /** S3: items that the row covers were decided before; no handler runs for them again. */
  async #decide(
    room: Room,
    { identity, rates }: Publishing,
    sender: Sender,
    row: SenderRow | undefined,
    { items }: PublishBatch,
    assertMember: () => void,
  ): Promise<Decided> {
    const { rules, drain, settings } = this.#parts
    const { limits, tracing } = settings
    const senderKey = sender.user ?? guestKeyOf(sender.cid)
    const endAt = performance.now() + BATCH_MS
    const decided: DecidedItem[] = []
    let bytes = 0
    for (const { n, id, event, data, traceparent } of items) {
      assertMember()
      const hash = hashOf({ id, event, data })
      if (answerFrom(row, n, hash) !== undefined) {
        decided.push({ n, hash, refusal: ALREADY_DECIDED })
        continue
      }
      try {
        drain.assertOpen()
        rates.take({ publishes: 1 }, { publishes: items.length - decided.length })
        const checked = rules.check(event, data, 'durable')
        bytes += Buffer.byteLength(checked.text)
        if (bytes > limits.batchBytes || performance.now() > endAt) throw refuse('MORE', undefined, { after: 0 })
        const admit = (): Promise<unknown> => rules.admit(checked, room.name, identity, { id, senderKey })
        const message = { room: room.name, event: checked.event, id, traceparent }
        const admitted = await (tracing === undefined ? admit() : tracing.handle(message, admit))
        decided.push({ n, hash, entry: { event: checked.event, data: admitted, id, from: identity.wire, at: 0 } })
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
        const hasFailed = error instanceof CallbackFailure
        const refusal = hasFailed ? this.#failedAttempts.refusalFor(queueKeyOf(sender, room.name), n) : error
        if (isPassingCode(refusal.code)) return { items: decided, stopped: refusal }
        decided.push({ n, hash, refusal: toWire(refusal) })
      }
    }
    return { items: decided, stopped: undefined }
  }

  async #assertRate({ user, address }: Sender, { room, items }: PublishBatch): Promise<void> {
    const context = { action: 'publish', room, userId: user ?? undefined, address, count: items.length } as const
    await assertRate(this.#parts, context)
  }

  #count(
    answer: PublishAnswer,
    identity: Identity,
    { room, items }: PublishBatch,
    startedAt: number,
    decided: readonly DecidedItem[] = [],
  ): PublishAnswer {
    const isRepeated = (index: number): boolean => {
      const item = decided[index]
      return item !== undefined && 'refusal' in item && item.refusal === ALREADY_DECIDED
    }
    const { results, code } = answer
    const durationMs = performance.now() - startedAt
    const batch = { user: userIdOf(identity), room, size: items.length, results, code, isRepeated, durationMs }
    countBatch(this.#parts.settings, batch)
    return answer
  }

  /** S7: after an unexpected error the client sends the batch again. */
  #refusalOf(error: unknown, room: string): RefusalError {
    if (error instanceof RefusalError) return error
    this.#parts.settings.report(error, { during: 'commit', room })
    return refuse('UNAVAILABLE', 'the message could not be stored')
  }
}

function senderOf({ guest, wire, address }: Identity, cid: string): Sender {
  return { user: guest ? null : wire.id, cid, address }
}

function queueKeyOf({ user, cid }: Sender, room: string): string {
  return `${cid}\n${room}\n${user ?? ''}`
}

/** A guest's cid is a secret: the app gets a hash of it. */
function guestKeyOf(cid: string): string {
  return hash('sha256', cid, 'base64url').slice(0, 22)
}

/** Entries get the time of the commit, so that times rise with `seq` however long handlers took. */
function withCommitTime(items: readonly DecidedItem[]): DecidedItem[] {
  const at = Date.now()
  return items.map((item) => ('entry' in item ? { ...item, entry: { ...item.entry, at } } : item))
}
