import { type JoinAnswer, MAX_JOINS_MS } from '@roomful/contract/protocol'
import { setAwakeTimeout } from '../../awake-timeout.ts'
import type { PageTurn } from '../../guard/page-turns.ts'
import { sizeOf } from '../../rates/size-of.ts'
import { type RefusalError, refuse } from '../../refuse.ts'
import { PageShares } from './page-shares.ts'

/** The turn of one join to read its page. */
export interface JoinTurn {
  /** Waits for the turn. Resolves with the most bytes of the page. @throws RefusalError if the turn does not come. */
  begin(): Promise<number>
  /** Gives the answer as it may be sent, when the joins that are answered with it have ended, too. Never rejects. */
  complete(answer: JoinAnswer): Promise<JoinAnswer>
}

/** The turn of a `$join` of one room. */
export function turnOfOne(page: PageTurn, pageBytes: number): JoinTurn {
  return {
    begin: async () => {
      await page.begin()
      return pageBytes
    },
    complete: (answer) => Promise.resolve(answer),
  }
}

interface GroupLimits {
  /** The most bytes of the entries of all answers. */
  readonly pageBytes: number
  /** After so many bytes of answers, members included, no other room is entered. */
  readonly answerBytes: number
}

/** A join of the group. `late`: it was not decided in time. */
interface GroupedJoin {
  stage: 'deciding' | 'decided' | 'reading' | 'ended' | 'late'
  share: number
  readonly refuse: (error: RefusalError) => void
}

/**
 * The joins of one `$join` of several rooms (S26). The app decides about all rooms at once. The rooms that are decided in time
 * are entered, in one turn of the connection to read a page; the others are refused with `MORE`, and are never entered.
 */
export class JoinGroup {
  readonly #page: PageTurn
  readonly #limits: GroupLimits
  readonly #joins = new Set<GroupedJoin>()
  readonly #shares: PageShares
  readonly #stopTimer: () => void
  /** Resolves when the rooms may be entered. */
  readonly #opened: Promise<void>
  #open: (turn: Promise<void> | undefined) => void = () => {}
  /** Resolves when all rooms have been entered, or refused. */
  readonly #entered: Promise<void>
  #allEntered: () => void = () => {}
  #left: number
  #isOpen = false
  #bytes = 0

  constructor(count: number, page: PageTurn, limits: GroupLimits) {
    this.#left = count
    this.#page = page
    this.#limits = limits
    this.#shares = new PageShares(limits.pageBytes)
    this.#opened = new Promise((resolve) => (this.#open = resolve))
    this.#entered = new Promise((resolve) => (this.#allEntered = resolve))
    this.#stopTimer = setAwakeTimeout(() => this.#enter(), MAX_JOINS_MS)
  }

  /** Runs one of the joins. Rejects with its error, or with `MORE` while it goes on: then its turn does not come. */
  run(start: (turn: JoinTurn) => Promise<JoinAnswer>): Promise<JoinAnswer> {
    return new Promise((resolve, reject) => {
      const join: GroupedJoin = { stage: 'deciding', share: 0, refuse: reject }
      this.#joins.add(join)
      const turn = { begin: () => this.#begin(join), complete: (answer: JoinAnswer) => this.#complete(join, answer) }
      const end = (): void => this.#end(join, 0)
      start(turn).finally(end).then(resolve, reject)
    })
  }

  async #begin(join: GroupedJoin): Promise<number> {
    if (join.stage === 'late') throw more()
    join.stage = 'decided'
    this.#count()
    await this.#opened
    join.share = await this.#shares.next()
    join.stage = 'reading'
    if (this.#bytes >= this.#limits.answerBytes) throw more()
    return join.share
  }

  async #complete(join: GroupedJoin, answer: JoinAnswer): Promise<JoinAnswer> {
    const { entries, amendments, members, ...rest } = answer
    const size = entries.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(entries)) + sizeOf(amendments)
    const fits = size <= join.share // a page may be one larger entry
    this.#bytes += (fits ? size : 0) + sizeOf(members)
    this.#end(join, fits ? size : 0)
    await this.#entered
    return fits ? answer : { ...rest, ...(members && { members }), entries: [] }
  }

  #end(join: GroupedJoin, used: number): void {
    const { stage, share } = join
    if (stage === 'ended' || stage === 'late') return
    join.stage = 'ended'
    if (stage === 'reading') this.#shares.end(share, used)
    this.#joins.delete(join)
    if (stage === 'deciding') this.#count()
    this.#checkEntered()
  }

  /** One join more is decided. */
  #count(): void {
    this.#left -= 1
    if (this.#left === 0) this.#enter()
  }

  #enter(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#stopTimer()
    for (const join of this.#joins) {
      if (join.stage === 'decided') continue
      join.stage = 'late'
      join.refuse(more())
      this.#joins.delete(join)
    }
    this.#shares.expect(this.#joins.size)
    this.#open(this.#joins.size === 0 ? undefined : this.#page.begin())
    this.#checkEntered()
  }

  #checkEntered(): void {
    if (this.#isOpen && this.#joins.size === 0) this.#allEntered()
  }
}

function more(): RefusalError {
  return refuse('MORE', 'the other rooms of the request were answered before this one: join it again')
}
