import type { Told } from './surroundings.ts'
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
  return violations
}

/** P1, P2, P3: each log has no holes, has each message once, and keeps the order of each sender. */
function placesOf(world: World, bad: (what: string) => void): Map<number, Place[]> {
  const places = new Map<number, Place[]>()
  for (const { epoch, rooms } of world.stores)
    for (const [room, { log }] of rooms.entries()) {
      const lastNumber = new Map<string, number>()
      const lastOfLine = new Map<number, number>()
      for (const [index, { seq, id: entryId, data }] of log.entries()) {
        if (seq !== index + 1) bad(`log ${epoch}/${room} has a hole at ${index + 1}`)
        const id = data as number
        const known = places.get(id) ?? []
        if (known.some((place) => place.epoch === Number(epoch))) bad(`P1 message ${id} is twice in epoch ${epoch}`)
        places.set(id, [...known, { epoch: Number(epoch), room, seq }])
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

/** P2, P4: each member was shown the log up to its end, except the messages that a gap has reported. */
function checkViews(world: World, bad: (what: string) => void): void {
  for (const tab of [...world.tabs, ...world.gone])
    for (const [room, shown] of tab.shown.entries()) {
      let at = { epoch: '', last: 0 }
      for (const item of shown) {
        if (item.type === 'begin') at = item
        else if (item.type === 'gap') {
          if (item.from !== at.last + 1) bad(`P4 a gap from ${item.from} after ${at.last}`)
          at.last = item.to
        } else {
          const truth = world.stores[Number(item.epoch) - 1]?.rooms[room]?.log[item.seq - 1]
          if (item.epoch !== at.epoch) bad(`P2 epoch ${item.epoch} is shown in epoch ${at.epoch}`)
          if (truth?.data !== item.id) bad(`P2 what is shown at ${item.epoch}/${item.seq} is not the log's`)
          if (item.seq !== at.last + 1) bad(`P2 ${item.seq} is shown after ${at.last}`)
          at = { epoch: at.epoch, last: item.seq }
        }
      }
      const { place, status } = tab.logs[room]!
      const { epoch, rooms } = world.store
      if (tab.isAlive && !(status === 'joined' && place?.epoch === epoch && place.last === rooms[room]!.head))
        bad(
          `P4 room ${room} ends at ${place?.epoch}/${place?.last} (${status}), its log at ${epoch}/${rooms[room]!.head}`,
        )
    }
}
