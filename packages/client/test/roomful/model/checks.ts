import type { Told } from './surroundings.ts'
import type { Shown } from './tab.ts'
import type { World } from './world.ts'

interface Place {
  readonly epoch: number
  readonly room: number
  readonly seq: number
}

/** The promises that are broken after the faults have ended. */
export function findViolations(world: World): string[] {
  const violations: string[] = []
  const bad = (what: string): void => void violations.push(what)
  const places = placesOf(world, bad)
  checkOutcomes(world, places, bad)
  checkViews(world, bad)
  checkLost(world, bad)
  return violations
}

/** What is wrong with the views after another epoch that has lost nothing. */
export function findViews(world: World): string[] {
  const violations: string[] = []
  checkViews(world, (what) => void violations.push(what))
  if (world.hasJoinedAgain) violations.push('E8 a tab has joined again because of an epoch that had lost nothing')
  return violations
}

/** P1, P2, P3: each log has no holes, has each message once, and keeps the order of each sender. */
function placesOf(world: World, bad: (what: string) => void): Map<number, Place[]> {
  const places = new Map<number, Place[]>()
  for (const [before, { room, entries }] of world.store.epochs.entries()) {
    const epoch = before + 1
    const lastNumber = new Map<string, number>()
    const lastOfLine = new Map<number, number>()
    for (const [index, { seq, id: entryId, data }] of entries.entries()) {
      if (seq !== index + 1) bad(`log ${epoch}/${room} has a hole at ${index + 1}`)
      const id = data as number
      const known = places.get(id) ?? []
      if (known.some((place) => place.epoch === epoch)) bad(`P1 message ${id} is twice in epoch ${epoch}`)
      places.set(id, [...known, { epoch, room, seq }])
      const { line, isLeft, hasLostId, messageId, key } = world.sent[id]!
      if (entryId !== messageId && !hasLostId) bad(`E1 message ${id} is in the log under another id`)
      if (isLeft) continue // a later page sent it
      const { cid, n } = key!
      if ((lastNumber.get(cid) ?? 0) >= n) bad(`P3 ${cid}:${n} of room ${room} comes after ${lastNumber.get(cid)}`)
      lastNumber.set(cid, n)
      if (line >= 0 && (lastOfLine.get(line) ?? -1) > id)
        bad(`P3 of tab ${line}: ${id} comes after ${lastOfLine.get(line)}`)
      lastOfLine.set(line, id)
    }
  }
  return places
}

/** P1, P5, P6: each outcome is true, reported once to a page, and none is missing. */
function checkOutcomes(world: World, places: ReadonlyMap<number, readonly Place[]>, bad: (what: string) => void): void {
  for (const id of world.lost) bad(`P6 message ${id} was queued, and was not stored`)
  for (const { data } of world.disk.left()) bad(`P6 message ${data as number} stays in the storage`)
  const toldOf = new Map<number, Told[]>()
  for (const told of world.told) toldOf.set(told.id, [...(toldOf.get(told.id) ?? []), told])
  for (const { id, page, room, isStored, isLeft } of world.sent) {
    const told = toldOf.get(id) ?? []
    const at = places.get(id) ?? []
    const confirmed = told.filter(({ outcome }) => outcome.state === 'confirmed')
    for (const { epoch, outcome } of told) {
      if (
        outcome.state === 'confirmed' &&
        !at.some((place) => place.epoch === epoch && place.seq === outcome.seq && place.room === room)
      )
        bad(`P1 message ${id} was confirmed at ${epoch}/${outcome.seq}, and is not there`)
      if (outcome.state === 'unknown' && !isLeft && !hasCause(outcome.error))
        bad(`P5 message ${id} is unknown without a cause: ${outcome.error}`)
      if (outcome.state !== 'rejected') continue
      if (at.some((place) => place.epoch >= epoch)) bad(`P5 message ${id} was rejected, and is in the log`)
      if (confirmed.some((other) => epoch === 0 || other.epoch >= epoch))
        bad(`P5 message ${id} was rejected and confirmed`)
    }
    if (isStored && told.length === 0) bad(`P6 message ${id} was stored, and no page finished it`)
    if (hasTwice(told)) bad(`P5 message ${id} was told twice to one page`)
    if (told.length === 0 && world.tabs.some((tab) => tab.isAlive && tab.page === page))
      bad(`P5 message ${id} was never told`)
  }
}

/** Older than the server remembers, refused or put out of the room or discarded after it was sent, or suspected of ending connections. */
function hasCause(error: { readonly code: string; readonly cause?: unknown } | undefined): boolean {
  const cause = (error?.cause as { code?: string } | undefined)?.code
  return (
    error?.code === 'UNKNOWN' && ['UNKNOWN', 'FORBIDDEN', 'REMOVED', 'DISCARDED', 'DISCONNECTED'].includes(cause ?? '')
  )
}

function hasTwice(told: readonly Told[]): boolean {
  return new Set(told.map(({ page }) => page)).size !== told.length
}

/** E8: a confirmed message that the log has lost was told as lost. With a replica that confirms, none is lost. */
function checkLost(world: World, bad: (what: string) => void): void {
  const { options, store, told, tabs } = world
  for (const { id, page, room, epoch, outcome, shown } of told) {
    if (outcome.state !== 'confirmed') continue
    const { seq } = outcome
    const { epoch: current, head, entries } = store.open(room)
    if (seq <= head && entries[seq - 1]!.data === id) continue
    if (epoch === Number(current)) bad(`P1 message ${id} was confirmed in the current epoch, and is not there`)
    if (options.durability !== 'async' && epoch > store.lostUpTo)
      bad(`E8 message ${id} was confirmed at ${epoch}/${seq}, and is lost`)
    const tab = tabs.find((one) => one.page === page)
    const isTold = tab?.shown[room]!.slice(shown).some(
      (item) => item.type === 'begin' || (item.type === 'lost' && item.from <= seq && seq <= item.to),
    )
    if (tab?.isAlive && !isTold) bad(`E8 message ${id} was confirmed at ${epoch}/${seq}, is lost, and was not told`)
  }
}

/** P2, P4: each member was shown the log up to its end, except the messages that a gap has reported. */
function checkViews(world: World, bad: (what: string) => void): void {
  for (const tab of [...world.tabs, ...world.gone])
    for (const [room, shown] of tab.shown.entries()) {
      const view = new View(world, room, bad)
      for (const item of shown) view.show(item)
      const { place, status } = tab.logs[room]!
      if (place) view.follow(place.epoch)
      const { epoch, head } = world.store.open(room)
      if (tab.isAlive && !(status === 'joined' && place?.epoch === epoch && place.last === head))
        bad(`P4 room ${room} ends at ${place?.epoch}/${place?.last} (${status}), its log at ${epoch}/${head}`)
    }
}

/** What one page was shown of a room. */
class View {
  readonly #world: World
  readonly #room: number
  readonly #bad: (what: string) => void
  #epoch = 0
  #last = 0
  #entries: { readonly seq: number; readonly id: number }[] = []
  /** How many entries each change of the epoch has kept, since one was told to have lost some. */
  readonly #kept = new Set<number>()

  constructor(world: World, room: number, bad: (what: string) => void) {
    this.#world = world
    this.#room = room
    this.#bad = bad
  }

  show(item: Shown): void {
    if (item.type === 'begin') {
      this.#epoch = Number(item.epoch)
      this.#last = item.last
      this.#entries = []
      this.#kept.clear()
    } else if (item.type === 'gap') {
      this.follow(item.epoch)
      if (item.from !== this.#last + 1) this.#bad(`P4 a gap from ${item.from} after ${this.#last}`)
      this.#last = item.to
    } else if (item.type === 'lost') this.#lose(item)
    else {
      this.follow(item.epoch)
      if (item.seq !== this.#last + 1) this.#bad(`P2 ${item.seq} is shown after ${this.#last}`)
      this.#last = item.seq
      this.#entries.push(item)
      this.#compare(item)
    }
  }

  /** E8: what is shown is in the log of the next epoch, too. */
  follow(given: string): void {
    const epoch = Number(given)
    if (epoch === this.#epoch) return
    if (epoch < this.#epoch) this.#bad(`E8 epoch ${epoch} is shown after ${this.#epoch}`)
    const kept = this.#keptSince(this.#epoch, epoch)
    this.#kept.add(kept)
    if (this.#last > kept) this.#bad(`E8 the view ends at ${this.#last} in epoch ${epoch}, which has lost that`)
    this.#epoch = epoch
    for (const entry of this.#entries) this.#compare(entry)
  }

  /** A loss is told when the entries before it are shown. */
  #lose({ epoch, from, to }: Shown & { readonly type: 'lost' }): void {
    const kept = this.#keptSince(this.#epoch, Number(epoch))
    if (kept === Infinity ? !this.#kept.has(from - 1) : from !== kept + 1)
      this.#bad(`E8 ${from} to ${to} are told as lost in epoch ${epoch}, which has kept ${kept}`)
    this.#kept.clear()
    this.#entries = this.#entries.filter(({ seq }) => seq < from)
    this.#last = Math.min(this.#last, from - 1)
    if (this.#last !== from - 1) this.#bad(`E8 a loss from ${from} is told after ${this.#last}`)
    this.follow(epoch)
  }

  /** How many entries of one epoch another has. */
  #keptSince(epoch: number, next: number): number {
    const later = this.#world.store.epochs.slice(epoch, next).filter(({ room }) => room === this.#room)
    return Math.min(...later.map(({ kept }) => kept))
  }

  #compare({ seq, id }: { readonly seq: number; readonly id: number }): void {
    const truth = this.#world.store.epochs[this.#epoch - 1]
    if (truth?.room !== this.#room || truth.entries[seq - 1]?.data !== id)
      this.#bad(`P2 what is shown at ${this.#epoch}/${seq} is not the log's`)
  }
}
