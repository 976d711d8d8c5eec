import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TimelineEntry } from '../../src/timeline/timeline-entry.ts'
import { ownBehind, windowOf } from './support/timeline-step.ts'
import { type Action, actions, dataOf, messagesIn as allMessagesIn, TimelineWorld } from './support/timeline-world.ts'

const singles = new Set<Action>(['hear', 'send', 'adopt', 'fly', 'acknowledge', 'refuse', 'lose', 'retry', 'discard'])
const steps = fc.array(fc.tuple(fc.constantFrom(...actions), fc.nat(1_000)), { maxLength: 60 })

const isOwnData = (data: unknown): boolean => String(data).startsWith('own')
const messagesIn = (entries: readonly TimelineEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'message' ? [entry] : []))
const isUnsettled = ({ state }: { readonly state: string }) => state === 'queued' || state === 'sending'

/** The window is what a log has had between two seqs, all of it; what is missing is covered by a gap. */
function assertWindow({ view, logs }: TimelineWorld, max: number): void {
  const entries = windowOf(view)
  const gaps = entries.flatMap((entry) => (entry.kind === 'gap' ? [entry] : []))
  const shown = messagesIn(entries)
  const { oldest = 1, newest = 0 } = view
  const marks = gaps.filter(({ reason, from }) => reason === 'epoch' && from === undefined)
  expect(marks.length === 0 || entries[0] === marks[0]).toBe(true)
  expect(entries.length - marks.length).toBeLessThanOrEqual(max)
  const seqs = shown.map(({ seq = 0 }) => seq)
  expect(seqs.every((seq, n) => seq >= oldest && seq <= newest && (n === 0 || seq > (seqs[n - 1] ?? 0)))).toBe(true)
  const isCovered = (seq: number) =>
    seqs.includes(seq) ||
    gaps.some(({ from = Infinity, to = 0, reason }) => reason === 'retention' && from <= seq && seq <= to)
  const isWindowOf = (log: (typeof logs)[number]) =>
    shown.every(({ seq = 0, data }) => isOwnData(data) || (log[seq - 1] && dataOf(log[seq - 1]!) === data)) &&
    log.every(({ event, seq }) => event !== 'message' || seq < oldest || seq > newest || isCovered(seq))
  expect(shown.length === 0 || logs.some(isWindowOf)).toBe(true)
  expect(shown.every(({ state }) => state === 'confirmed' || isUnsettled({ state }))).toBe(true)
}

/** Each own message is shown once while the outbox has it or it has failed; a confirmed one only where the window does not reach. */
function assertOwn({ view, outbox, failed }: TimelineWorld, max: number): void {
  const own = messagesIn([...view.entries]).filter(({ isOwn }) => isOwn)
  const ids = own.map(({ id }) => id ?? '')
  expect(new Set(ids).size).toBe(ids.length)
  expect([...outbox.keys()].filter((id) => !ids.includes(id))).toEqual([])
  const shownFailed = ownBehind(view).filter((message) => !isUnsettled(message))
  if (max > 60) expect([...failed].filter((id) => !ids.includes(id))).toEqual([])
  expect(shownFailed.length).toBeLessThanOrEqual(max + outbox.size)
  const { newest = 0 } = view
  expect(ownBehind(view).filter(({ state, seq = Infinity }) => state === 'confirmed' && seq <= newest)).toEqual([])
}

/** A key belongs to one entry, and stays while the entry is shown. */
function assertKeys({ view }: TimelineWorld, before: ReadonlyMap<string, string>): Map<string, string> {
  const entries = [...view.entries]
  expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length)
  const nameOf = ({ id, isOwn, seq, data }: ReturnType<typeof messagesIn>[number]) =>
    isOwn && id?.startsWith('own') ? id : `${String(data)} ${seq}`
  const keys = new Map(messagesIn(entries).map((entry) => [nameOf(entry), entry.key] as const))
  for (const [name, key] of keys) expect(before.get(name) ?? key).toBe(key)
  return keys
}

function run(given: readonly (readonly [Action, number])[], max: number): TimelineWorld {
  const world = new TimelineWorld(max)
  let keys = new Map<string, string>()
  for (const [action, pick] of given) {
    const { chunks } = world.view.entries
    world.do(action, pick)
    const after = new Set(world.view.entries.chunks)
    if (singles.has(action)) expect(chunks.filter((chunk) => !after.has(chunk)).length).toBeLessThanOrEqual(4)
    assertWindow(world, max)
    assertOwn(world, max)
    keys = assertKeys(world, keys)
    expect(world.lost).toEqual([])
    if (world.view.hasOlder === false) expect(world.held.filter((seq) => seq < (world.view.oldest ?? 0))).toEqual([])
  }
  return world
}

/** Goes through the whole log, and returns the seqs of all messages that are shown on the way. */
function scroll(world: TimelineWorld): Set<number> {
  const { view } = world
  const seen = new Set<number>()
  const look = (): void => {
    for (const { seq } of messagesIn(windowOf(view))) if (seq !== undefined) seen.add(seq)
  }
  const load = (ask: 'askOlder' | 'askNewer', isThere: () => boolean): void => {
    for (let pages = 0; pages < 1_000 && isThere(); pages += 1) {
      world.do(ask, 4)
      world.answer()
      world.hearAll()
      look()
    }
    expect(isThere()).toBe(false)
  }
  world.answer()
  world.join()
  load('askNewer', () => view.hasNewer)
  world.hearAll()
  look()
  load('askOlder', () => view.hasOlder !== false)
  load('askNewer', () => view.hasNewer)
  return seen
}

test.each([
  ['TL1-TL7 a window that holds everything', fc.constant(1_000)],
  ['TL12 a window of a few entries', fc.integer({ min: 1, max: 8 })],
])('%s shows a part of the log without holes, and own messages once; all of the log can be reached', (_, sizes) => {
  const property = fc.property(steps, sizes, (given, max) => {
    const world = run(given, max)
    const seen = scroll(world)
    assertWindow(world, max)
    const stale = allMessagesIn(world.view).filter(
      ({ seq, data }) => seq !== undefined && !isOwnData(data) && dataOf(world.log[seq - 1]!) !== data,
    )
    expect(stale).toEqual([])
    expect(world.held.filter((seq) => !seen.has(seq))).toEqual([])
  })
  fc.assert(property, { numRuns: 1_000 })
})
