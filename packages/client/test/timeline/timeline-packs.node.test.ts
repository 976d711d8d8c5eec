import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutgoingMessage } from '../../src/rooms/rooms-protocol.ts'
import type { TimelineView } from '../../src/timeline/timeline-view.ts'
import { isSelf, metaOf, pageOf } from './support/fake-source.ts'
import { tell, type TimelineInput, viewOf } from './support/timeline-step.ts'

type Heard = Extract<TimelineInput, { type: 'heard' }>
type Pack = readonly Heard[]

/** The id of an own message is that of one message of the log; another user may use it for another. */
const OWN = ['a', 'b', 'c']
const idOf = (seq: number): string => OWN[seq / 5 - 1] ?? `log:${seq}`
const logged = fc
  .record({ seq: fc.integer({ min: 1, max: 20 }), forged: fc.constantFrom(undefined, undefined, ...OWN) })
  .map(({ seq, forged }): Heard => {
    const meta = forged === undefined ? metaOf(seq, idOf(seq)) : metaOf(seq, forged, 'eve')
    return { type: 'heard', data: seq, meta }
  })
const volatile = fc.constant<Heard>({ type: 'heard', data: 'v', meta: { ...metaOf(0), id: undefined, seq: undefined } })
const packs = fc
  .array(fc.oneof({ weight: 4, arbitrary: logged }, volatile), { maxLength: 8 })
  .map((pack): Pack => pack.toSorted((one, other) => (one.meta.seq ?? 0) - (other.meta.seq ?? 0)))
const outgoing = fc
  .record({
    id: fc.constantFrom(...OWN),
    state: fc.constantFrom<OutgoingMessage['state'][]>('queued', 'sending', 'confirmed', 'rejected', 'unknown'),
  })
  .map(({ id, state }): TimelineInput => {
    const seq = 5 * (OWN.indexOf(id) + 1)
    const place = state === 'confirmed' ? { seq, at: seq } : {}
    return { type: 'outgoing', entry: { id, event: 'message', data: id, state, ...place }, waiting: () => [] }
  })
const others = fc.oneof(
  { weight: 4, arbitrary: outgoing },
  fc.boolean().map((isLoading): TimelineInput => ({ type: 'loadingOlder', isLoading })),
  fc.constant<TimelineInput>({ type: 'rejoined' }),
  fc.constant<TimelineInput>({ type: 'page', kind: 'latest', page: pageOf([18, 19, 20], true) }),
)

/** All of a view that can be seen; keys by the order of their first use. */
function shown(view: TimelineView) {
  const { entries, oldest, newest, hasOlder, hasNewer, windowSize } = view
  return { entries: entries.toArray(), oldest, newest, hasOlder, hasNewer, windowSize }
}

test('TL15 messages that come together give the same timeline as the same messages alone', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(packs, others), { maxLength: 12 }), fc.integer({ min: 2, max: 12 }), (steps, max) => {
      const [together, alone] = [viewOf(max, isSelf), viewOf(max, isSelf)]
      for (const step of steps) {
        if ('type' in step) for (const view of [together, alone]) tell(view, step)
        else {
          together.receive(step)
          for (const message of step) alone.receive([message])
        }
        expect(shown(together)).toEqual(shown(alone))
      }
    }),
    { numRuns: 500 },
  )
})
