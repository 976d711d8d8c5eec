import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NaiveEntry } from './support/naive-timeline.ts'
import { logOf } from './support/timeline-step.ts'
import { type Action, actions, TimelineWorld } from './support/timeline-world.ts'

const singles = new Set<Action>(['hear', 'send', 'adopt', 'fly', 'acknowledge', 'refuse', 'lose', 'retry', 'discard'])
const step = fc.tuple(fc.constantFrom(...actions), fc.nat(1_000))

const textOf = ({ place, state, isOwn, id, text }: NaiveEntry) => `${place ?? ''} ${state} ${isOwn} ${id} ${text}`
/** The same of the real one; a gap's place as the naive one says it. */
function shown({ view }: TimelineWorld): string[] {
  return [...view.entries].map((entry) => {
    if (entry.kind === 'gap') return `${entry.from === undefined ? 0 : entry.from - 0.5} gap false undefined `
    return `${entry.seq ?? ''} ${entry.state} ${entry.isOwn} ${entry.id} ${String(entry.data)}`
  })
}

/** An entry's key is its own, and stays. */
function assertKeys(world: TimelineWorld, keys: Map<number, string>): void {
  const entries = [...world.view.entries]
  for (const [index, { name }] of world.naive.entries.entries()) {
    const key = entries[index]?.key ?? ''
    expect(keys.get(name) ?? key).toBe(key)
    keys.set(name, key)
  }
  expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length)
}

const assertAlike = (steps: readonly (readonly [Action, number])[], max: number): TimelineWorld => {
  const world = new TimelineWorld(max)
  const keys = new Map<number, string>()
  for (const [action, pick] of steps) {
    const { chunks } = world.view.entries
    world.do(action, pick)
    const after = new Set(world.view.entries.chunks)
    // Where a message was, where it goes in, and where one is dropped for it.
    if (singles.has(action)) expect(chunks.filter((chunk) => !after.has(chunk)).length).toBeLessThanOrEqual(3)
    expect(shown(world)).toEqual(world.naive.entries.map(textOf))
    assertKeys(world, keys)
    const seqs = logOf(world.view).flatMap((entry) => (entry.kind === 'message' ? [entry.seq ?? 0] : []))
    expect(seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? 0))).toBe(true)
    expect(world.view.placed).toBeLessThanOrEqual(max)
  }
  return world
}

test('TL1-TL7 whatever happens in whatever order, it shows what the naive one shows, and in the end all that the server has', () => {
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const world = assertAlike(steps, 1_000)
    world.answer()
    world.hearAll()
    for (let pages = 0; pages < 200 && world.view.hasOlder !== false; pages += 1) {
      world.ask(4)
      world.answer()
    }
    const seqs = new Set(logOf(world.view).map((entry) => (entry.kind === 'message' ? entry.seq : undefined)))
    expect(world.held.filter((seq) => !seqs.has(seq))).toEqual([])
  })
  fc.assert(property, { numRuns: 1_000 })
})

test('TL10 and with a bound, it shows what the naive one shows', () => {
  const property = fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, max) => {
    assertAlike(steps, max)
  })
  fc.assert(property, { numRuns: 500 })
})
