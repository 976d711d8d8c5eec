import { type Entry, type ItemResult, type Limits, type PublishAnswer, RoomfulError } from '@roomful/contract'
import type { Identity } from './authenticate.ts'
import type { Drain } from './drain.ts'
import type { EventRules } from './event-rules.ts'
import { Lanes } from './lanes.ts'
import type { NewEntry } from './log/log.ts'
import type { Memberships } from './memberships.ts'
import { isPassing, RefusalError, refuse, toWire, type WireRefusal } from './refuse.ts'
import type { Report } from './report.ts'
import type { PublishBatch } from './requests.ts'
import type { Room } from './room.ts'
import type { RoomsInUse } from './rooms-in-use.ts'

/** A batch that takes longer is answered in part, well before its sender would send it again (C5: 10 s). */
const BATCH_MS = 5_000

type Accepted = Omit<NewEntry, 'at'>
type Decision = Accepted | WireRefusal
interface Decided {
  readonly decisions: readonly Decision[]
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

/** Takes batches of events into a room's log: S2, S3, S4 and S6. */
export class Publisher {
  readonly #parts: PublisherParts
  readonly #lanes = new Lanes()

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /** Once it is under way, leaving the room does not stop it. */
  async publish(memberships: Memberships, sender: Identity, request: PublishBatch): Promise<PublishAnswer> {
    try {
      memberships.assertMember(request.room)
      return await this.#parts.inUse.using(request.room, (room) =>
        this.#lanes.run(laneOf(sender, request), () => this.#process(room, sender, request)),
      )
    } catch (error) {
      return { ok: false, epoch: request.epoch, results: [], ...toWire(this.#refusalOf(error, request.room)) }
    }
  }

  async #process(room: Room, sender: Identity, request: PublishBatch): Promise<PublishAnswer> {
    const { epoch } = request
    const { decisions, stopped } = await this.#decide(room, sender, request)
    const at = Date.now()
    const accepted = decisions.filter((decision): decision is Accepted => !isRefusal(decision))
    const committed = await room.commit({ epoch, entries: accepted.map((entry) => ({ ...entry, at })) })
    if (committed === undefined) throw refuse('EPOCH', 'the log of this room is another one now: join again')
    const places = committed.entries.values()
    const results = decisions.map((decision) => (isRefusal(decision) ? decision : nextPlace(places)))
    return stopped === undefined ? { ok: true, epoch, results } : { ok: false, epoch, results, ...toWire(stopped) }
  }

  async #decide(room: Room, sender: Identity, { cid, items }: PublishBatch): Promise<Decided> {
    const { rules, drain, limits } = this.#parts
    const endAt = performance.now() + BATCH_MS
    const decisions: Decision[] = []
    let bytes = 0
    for (const { n, event, data } of items) {
      try {
        drain.assertOpen()
        const checked = rules.check(event, data, 'durable')
        bytes += Buffer.byteLength(checked.text)
        if (bytes > limits.batchBytes || performance.now() > endAt) throw refuse('MORE', undefined, { after: 0 })
        const id = `${cid.slice(0, 8)}:${n}`
        const travels = await rules.admit(checked, room.name, sender, id)
        decisions.push({ event: checked.event, data: travels, id, from: sender.wire })
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
        if (isPassing(error.code)) return { decisions, stopped: error }
        decisions.push(toWire(error))
      }
    }
    return { decisions, stopped: undefined }
  }

  /** S7: what could not be written, or decided, is sent again. */
  #refusalOf(error: unknown, room: string): RefusalError {
    if (error instanceof RefusalError) return error
    this.#parts.report(error, { during: 'commit', room })
    return refuse('UNAVAILABLE', 'the message could not be stored')
  }
}

/** S9: a guest's id lasts as long as its connection, so its cid alone says who it is. */
function laneOf({ wire, guest }: Identity, { cid, room }: PublishBatch): string {
  return `${cid}\n${room}\n${guest ? '' : wire.id}`
}

function isRefusal(decision: Decision): decision is WireRefusal {
  return 'code' in decision
}

function nextPlace(places: Iterator<Entry>): ItemResult {
  const next = places.next()
  if (next.done === true) throw new RoomfulError('INTERNAL', 'the log gave fewer places than it was given entries')
  return { seq: next.value.seq, at: next.value.at }
}
