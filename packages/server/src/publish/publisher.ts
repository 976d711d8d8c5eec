import type { PublishAnswer } from '@roomful/contract/protocol'
import type { CallbackRunner } from '../callback-runner.ts'
import { type Identity, userIdOf } from '../connection/authenticate.ts'
import type { PublishBatch } from '../connection/requests.ts'
import type { Drain } from '../drain.ts'
import type { DecidedItem, Sender } from '../log/sender-row.ts'
import { countBatch } from '../metrics/count-batch.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import { RefusalError, refuse, toWire } from '../refuse.ts'
import type { ActiveRooms } from '../rooms/active-rooms.ts'
import type { Memberships } from '../rooms/joins/memberships.ts'
import type { Settings } from '../settings.ts'
import { BatchQueue } from './batch-queue.ts'
import { ALREADY_DECIDED, type BatchRun, decideItems, type DecisionParts } from './decide-items.ts'
import type { EventRules } from './event-rules.ts'
import { FailedAttempts } from './failed-attempts.ts'

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

interface Handled {
  readonly answer: PublishAnswer
  readonly items: readonly DecidedItem[]
}

/** Handles `$publish`: decides a batch item by item, and writes it to the room's log (S2 to S7). */
export class Publisher {
  readonly #parts: PublisherParts
  readonly #queue = new BatchQueue()
  readonly #decisionParts: DecisionParts

  constructor(parts: PublisherParts) {
    this.#parts = parts
    this.#decisionParts = { ...parts, failedAttempts: new FailedAttempts() }
  }

  async publish(memberships: Memberships, by: Publishing, request: PublishBatch): Promise<PublishAnswer> {
    const startedAt = performance.now()
    const { answer, items } = await this.#handle(memberships, by, request).catch((error: unknown) => {
      const refusal = toWire(this.#refusalOf(error, request.room))
      return { answer: { ok: false, epoch: request.epoch, results: [], ...refusal }, items: [] }
    })
    countBatch(this.#parts.settings, {
      user: userIdOf(by.identity),
      room: request.room,
      size: request.items.length,
      results: answer.results,
      code: answer.code,
      isRepeated: (index) => isRepeated(items[index]),
      durationMs: performance.now() - startedAt,
    })
    return answer
  }

  /** A batch that has begun is finished, also after its sender has left the room, unless it was put out (S19). */
  async #handle(memberships: Memberships, by: Publishing, request: PublishBatch): Promise<Handled> {
    memberships.assertMember(request.room)
    const sender = senderOf(by.identity, request.cid)
    const key = queueKeyOf(sender, request.room)
    return await this.#parts.activeRooms.use(request.room, (room) =>
      room.batches.run(by.identity.wire.id, memberships, (assertMember) =>
        this.#queue.run(key, () => this.#process({ room, ...by, sender, key, request, assertMember })),
      ),
    )
  }

  async #process(run: BatchRun): Promise<Handled> {
    const { room, sender, request, assertMember } = run
    const { epoch } = request
    const row = await room.row(sender)
    const { items, stopped } = await decideItems(run, row, this.#decisionParts)
    assertMember()
    // Nothing to write: a refused batch must not cost a commit.
    if (items.length === 0 && stopped !== undefined) throw stopped
    const committed = await room.commit({ epoch, sender, items: withCommitTime(items) })
    if (committed === undefined) throw refuse('EPOCH', 'the log of this room has another epoch now: join again')
    const { results } = committed
    const answer =
      stopped === undefined ? { ok: true, epoch, results } : { ok: false, epoch, results, ...toWire(stopped) }
    return { answer, items }
  }

  /** S7: after an unexpected error the client sends the batch again. */
  #refusalOf(error: unknown, room: string): RefusalError {
    if (error instanceof RefusalError) return error
    this.#parts.settings.report(error, { during: 'commit', room })
    return refuse('UNAVAILABLE', 'the message could not be stored')
  }
}

function isRepeated(item: DecidedItem | undefined): boolean {
  return item !== undefined && 'refusal' in item && item.refusal === ALREADY_DECIDED
}

function senderOf(identity: Identity, cid: string): Sender {
  return { user: userIdOf(identity), cid, address: identity.address }
}

function queueKeyOf({ user, cid }: Sender, room: string): string {
  return `${cid}\n${room}\n${user ?? ''}`
}

/** Entries get the time of the commit, so that times rise with `seq` however long handlers took. */
function withCommitTime(items: readonly DecidedItem[]): DecidedItem[] {
  const at = Date.now()
  return items.map((item) => ('entry' in item ? { ...item, entry: { ...item.entry, at } } : item))
}
