import type { Limits, PublishAnswer } from '@roomful/contract/protocol'
import type { Identity } from './authenticate.ts'
import type { Drain } from './drain.ts'
import type { EventRules } from './event-rules.ts'
import { hashOf } from './json.ts'
import { Lanes } from './lanes.ts'
import { answerFrom, type DecidedItem, type Sender, type SenderRow } from './log/sender-row.ts'
import type { Memberships } from './memberships.ts'
import { isPassing, RefusalError, refuse, toWire } from './refuse.ts'
import type { Report } from './report.ts'
import type { PublishBatch } from './requests.ts'
import type { Room } from './room.ts'
import type { RoomsInUse } from './rooms-in-use.ts'

/** A batch that takes longer is answered in part, well before its sender would send it again (C5: 10 s). */
const BATCH_MS = 5_000

/** What the log answers from its row. The refusal stands in for the answer, should the row be gone by then. */
const COVERED = { refusal: { code: 'STALE' } }

interface Decided {
  readonly items: readonly DecidedItem[]
  /** Why the rest was not touched. */
  readonly stopped: RefusalError | undefined
}

interface PublisherParts {
  readonly rules: EventRules
  readonly drain: Drain
  readonly inUse: RoomsInUse
  readonly limits: Limits
  readonly report: Report
}

/** Takes batches of events into a room's log: S2 to S7. */
export class Publisher {
  readonly #parts: PublisherParts
  readonly #lanes = new Lanes()

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /** Once it is under way, leaving the room does not stop it. */
  async publish(memberships: Memberships, who: Identity, request: PublishBatch): Promise<PublishAnswer> {
    try {
      memberships.assertMember(request.room)
      const sender = { user: who.guest ? null : who.wire.id, cid: request.cid }
      return await this.#parts.inUse.using(request.room, (room) =>
        this.#lanes.run(laneOf(sender, request.room), () => this.#process(room, who, sender, request)),
      )
    } catch (error) {
      return { ok: false, epoch: request.epoch, results: [], ...toWire(this.#refusalOf(error, request.room)) }
    }
  }

  async #process(room: Room, who: Identity, sender: Sender, request: PublishBatch): Promise<PublishAnswer> {
    const { epoch } = request
    const row = await room.row(sender)
    const { items, stopped } = await this.#decide(room, who, row, request)
    const committed = await room.commit({ epoch, sender, items: stamped(items) })
    if (committed === undefined) throw refuse('EPOCH', 'the log of this room is another one now: join again')
    const { results } = committed
    return stopped === undefined ? { ok: true, epoch, results } : { ok: false, epoch, results, ...toWire(stopped) }
  }

  /** S3: what the row covers was decided before; no handler runs for it again. */
  async #decide(room: Room, who: Identity, row: SenderRow | undefined, { cid, items }: PublishBatch): Promise<Decided> {
    const { rules, drain, limits } = this.#parts
    const endAt = performance.now() + BATCH_MS
    const decided: DecidedItem[] = []
    let bytes = 0
    for (const { n, event, data } of items) {
      const hash = hashOf(event, data)
      if (answerFrom(row, n, hash) !== undefined) {
        decided.push({ n, hash, ...COVERED })
        continue
      }
      try {
        drain.assertOpen()
        const checked = rules.check(event, data, 'durable')
        bytes += Buffer.byteLength(checked.text)
        if (bytes > limits.batchBytes || performance.now() > endAt) throw refuse('MORE', undefined, { after: 0 })
        const id = `${cid.slice(0, 8)}:${n}`
        const travels = await rules.admit(checked, room.name, who, id)
        decided.push({ n, hash, entry: { event: checked.event, data: travels, id, from: who.wire, at: 0 } })
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
        if (isPassing(error.code)) return { items: decided, stopped: error }
        decided.push({ n, hash, refusal: toWire(error) })
      }
    }
    return { items: decided, stopped: undefined }
  }

  /** S7: what could not be written, or decided, is sent again. */
  #refusalOf(error: unknown, room: string): RefusalError {
    if (error instanceof RefusalError) return error
    this.#parts.report(error, { during: 'commit', room })
    return refuse('UNAVAILABLE', 'the message could not be stored')
  }
}

function laneOf({ user, cid }: Sender, room: string): string {
  return `${cid}\n${room}\n${user ?? ''}`
}

/** Times are those of the commit, so that they rise with the places, however long the handlers took. */
function stamped(items: readonly DecidedItem[]): DecidedItem[] {
  const at = Date.now()
  return items.map((item) => ('entry' in item ? { ...item, entry: { ...item.entry, at } } : item))
}
