import type { Entry } from '@roomful/contract/protocol'
import type { Appended, Page, PageRequest } from '../../log/log.ts'
import { continuedFrom } from '../../log/lineage.ts'
import { type EarlierEpoch, type LogPosition, placeAfter } from '../../log/log-entry.ts'

/** How much is read and sent of entries that did not come. Members fetch the rest. */
const CATCH_UP = { limit: 200, bytes: 262_144 }
/** How many entries are held while the log is read. */
const MAX_HELD = 1_000

interface BroadcastParts {
  readonly page: (request: PageRequest) => Promise<Page>
  /** Sends entries to the members; must not throw. */
  readonly send: (epoch: string, entries: readonly Entry[]) => void
  /** Sends `$head`, after which members fetch what they miss, with the epoch before if there is a new one; must not throw. */
  readonly sendHead: (head: LogPosition, previous?: EarlierEpoch) => void
  readonly onError: (error: unknown) => void
}

/**
 * Sends the members of a room what its log has committed: each entry once, in the order of the log (S6). Entries that did not
 * come are read from the log as soon as this is noticed (S7, S12).
 */
export class Broadcast {
  readonly #parts: BroadcastParts
  /** The last entry that was sent; undefined before the first read or commit, when no member has a view yet. */
  #sent: LogPosition | undefined
  /** The batches that the log has committed while a page is read; undefined while none is read. */
  #held: Appended[] | undefined
  #heldCount = 0

  constructor(parts: BroadcastParts) {
    this.#parts = parts
  }

  /** The log has committed entries. */
  receive(appended: Appended): void {
    if (this.#held !== undefined) this.#hold(this.#held, appended)
    else if (this.#sent === undefined || this.#follows(this.#sent, appended)) this.#send(appended)
    else void this.#catchUp(this.#sent, appended)
  }

  /** A read of the log has found this position. */
  notice({ epoch, head, count }: LogPosition): void {
    if (this.#sent === undefined) this.#sent = { epoch, head, count }
    else this.receive({ epoch, head, count, entries: [] })
  }

  /** A member has read a page. Its newest entries may be about to come here, so that only another epoch matters. */
  noticePage(page: LogPosition): void {
    if (this.#sent?.epoch !== page.epoch) this.notice(page)
  }

  /** Whether no entry is missing in between. */
  #follows(sent: LogPosition, { epoch, head, entries }: Appended): boolean {
    return epoch === sent.epoch && head - entries.length <= sent.head
  }

  #send({ epoch, head, count, entries }: Appended): void {
    const sent = this.#sent?.epoch === epoch ? this.#sent.head : 0
    if (this.#sent !== undefined && head <= sent) return
    this.#parts.send(
      epoch,
      entries.filter(({ seq }) => seq > sent),
    )
    this.#sent = { epoch, head, count }
  }

  /** Beyond the bound only the position is kept. */
  #hold(held: Appended[], { entries, ...head }: Appended): void {
    if (this.#heldCount + entries.length > MAX_HELD) {
      if (held.at(-1)?.entries.length === 0) held.pop()
      held.push({ ...head, entries: [] })
    } else {
      held.push({ ...head, entries })
      this.#heldCount += entries.length
    }
  }

  async #catchUp(sent: LogPosition, appended: Appended): Promise<void> {
    const held = [appended]
    this.#held = held
    this.#heldCount = appended.entries.length
    let earlier: readonly EarlierEpoch[] = []
    try {
      const page = await this.#parts.page({ after: sent.head, ...CATCH_UP })
      earlier = page.lineage
      this.#sendPage(sent, page)
    } catch (error) {
      this.#parts.onError(error)
    }
    this.#held = undefined
    // Batches of an epoch that has ended are in the page, or lost: a `$head` of them would name that epoch as a new one.
    const isOver = ({ epoch }: Appended): boolean => earlier.some((one) => one.epoch === epoch)
    const current = held.filter((one) => !isOver(one))
    for (const one of current) if (this.#follows(this.#sent ?? sent, one)) this.#send(one)
    const known = current.at(-1)
    if (known && !this.#follows(this.#sent ?? sent, { ...known, entries: [] })) this.#sendHead(known)
    // A member gets a page of an epoch that has ended, after the others have got `$head` of the next one.
    else if (sent.epoch === this.#sent?.epoch && held.some((one) => one.entries.length === 0 && isOver(one)))
      this.#sendHead(this.#sent, earlier[0])
  }

  #sendPage(sent: LogPosition, page: Page): void {
    const { epoch, entries } = page
    if (epoch !== sent.epoch) this.#beginEpoch(sent, page)
    else this.#send({ epoch, ...placeAfter(entries, sent), entries })
  }

  /** Members whose log continues go on in the new epoch, and get the entries after those that they have; others join again. */
  #beginEpoch(sent: LogPosition, page: Page): void {
    const { epoch, entries, lineage } = page
    const isContinued = continuedFrom({ epoch: sent.epoch, seq: sent.head }, page) === sent.head
    this.#sendHead(page, lineage[0])
    if (!isContinued) return
    this.#sent = { ...sent, epoch }
    this.#send({ epoch, ...placeAfter(entries, sent), entries })
  }

  #sendHead({ epoch, head, count }: LogPosition, previous?: EarlierEpoch): void {
    this.#parts.sendHead({ epoch, head, count }, previous)
    this.#sent = { epoch, head, count }
  }
}
