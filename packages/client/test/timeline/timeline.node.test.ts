import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import type { TimelineView } from '../../src/timeline/timeline.ts'
import { ChunkedList } from '../../src/timeline/chunked-list.ts'
import type { TimelineEntry } from '../../src/timeline/timeline-entry.ts'
import type { OutgoingEntry } from '../../src/roomful/outbox/outgoing.ts'
import { isSelf } from './support/fake-source.ts'
import { logOf, pendingIn, tell, type TimelineInput, viewOf } from './support/timeline-step.ts'

const NO = new RoomfulError('FORBIDDEN', 'you are not allowed')
const LOST = new RoomfulError('STALE', 'nobody knows')

const meta = (seq: number | undefined, id = seq === undefined ? undefined : `log:${seq}`, from = 'ann') => ({
  id,
  seq,
  from: { id: from },
  at: (seq ?? 0) * 1_000,
  replayed: false,
})
const heard = (seq: number | undefined, id?: string, from?: string): TimelineInput => ({
  type: 'heard',
  data: `log ${id ?? seq}`,
  meta: meta(seq, id, from),
  isSelf,
})
const out = (id: string, state: OutgoingEntry['state'], more: Partial<OutgoingEntry> = {}): TimelineInput => {
  return outOf([], id, state, more)
}
/** The same, where the outbox has these. */
const outOf = (
  ids: readonly string[],
  id: string,
  state: OutgoingEntry['state'],
  more: Partial<OutgoingEntry> = {},
): TimelineInput => {
  const entry = { id, event: 'message', data: `own ${id}`, state, ...more }
  const waiting = () => ids.map((other) => ({ ...entry, id: other }))
  return { type: 'outgoing', entry, waiting, isSelf, read: (data) => data, now: 7 }
}
/** On a server that does not say who we are. */
const asGuest = (input: TimelineInput): TimelineInput => ({ ...input, isSelf: () => undefined }) as TimelineInput
const retried: TimelineInput = { type: 'retried', key: '1', id: 'c', now: 8 }
const gap = (
  from: number | undefined,
  to: number | undefined,
  reason: 'retention' | 'epoch' | 'unsupported' = 'retention',
) => ({ type: 'gap', gap: { from, to, reason } }) as const
const page = (
  before: number | undefined,
  seqs: readonly (number | string)[],
  more: boolean,
  epoch = 0,
): TimelineInput => ({
  type: 'page',
  event: 'message',
  before,
  epoch,
  isSelf,
  page: {
    more,
    messages: seqs.map((seq) =>
      typeof seq === 'string'
        ? { event: 'reaction', data: null, meta: meta(Number(seq)) }
        : { event: 'message', data: `log ${seq}`, meta: meta(seq) },
    ),
  },
})
const after = (inputs: readonly TimelineInput[], max = 100): TimelineView => {
  const view = viewOf(max, isSelf)
  for (const input of inputs) tell(view, input)
  return view
}

/** Each entry in a word: `5` of the log, `a:sending`, `5a:sending` in the log and not confirmed, `gap 5-7`. */
const shown = (view: TimelineView) =>
  view.entries.map((entry) => {
    if (entry.kind === 'gap') return entry.reason === 'epoch' ? 'epoch' : `gap ${entry.from ?? '?'}-${entry.to ?? '?'}`
    const own = entry.id?.startsWith('log:') ? '' : entry.id
    return `${entry.seq ?? ''}${own ?? ''}${entry.state === 'confirmed' ? '' : `:${entry.state}`}`
  })
const keyOf = (view: TimelineView, id: string) =>
  view.entries.toArray().find((entry) => entry.kind === 'message' && entry.id === id)?.key

const sent = [heard(4), out('a', 'queued'), out('b', 'queued')]

describe.each<[rule: string, { [title: string]: [inputs: readonly TimelineInput[], entries: readonly string[]] }]>([
  [
    'TL1 the log first, then our own that are not in it, in the order of sending',
    {
      'as sent': [sent, ['4', 'a:queued', 'b:queued']],
      'whatever becomes of them': [
        [...sent, out('a', 'rejected', { error: NO }), out('b', 'sending')],
        ['4', 'a:rejected', 'b:sending'],
      ],
      'others are heard before them': [
        [...sent, heard(5), heard(6)],
        ['4', '5', '6', 'a:queued', 'b:queued'],
      ],
      'what an earlier page left goes first, also where ours was sent while it was taken over': [
        [
          out('a', 'queued'),
          outOf(['old:1', 'old:2', 'a'], 'old:1', 'queued'),
          outOf(['old:1', 'old:2', 'a'], 'old:2', 'queued'),
        ],
        ['old:1:queued', 'old:2:queued', 'a:queued'],
      ],
      'and last where it was found later': [
        [out('a', 'rejected', { error: NO }), out('b', 'queued'), outOf(['b', 'old:1'], 'old:1', 'queued')],
        ['a:rejected', 'b:queued', 'old:1:queued'],
      ],
      'one that is confirmed passes one that failed': [
        [...sent, out('a', 'rejected', { error: NO }), out('b', 'confirmed', { seq: 5 })],
        ['4', '5b', 'a:rejected'],
      ],
    },
  ],
  [
    'TL2 the log gives the place, the outbox confirms',
    {
      'log, then outbox': [
        [...sent, heard(5, 'a')],
        ['4', '5a:queued', 'b:queued'],
      ],
      'log, then outbox, then confirmed': [
        [...sent, heard(5, 'a'), out('a', 'confirmed', { seq: 5 })],
        ['4', '5a', 'b:queued'],
      ],
      'log, then sent again': [
        [...sent, heard(5, 'a'), out('a', 'sending')],
        ['4', '5a:sending', 'b:queued'],
      ],
      'outbox, then log': [
        [...sent, out('a', 'confirmed', { seq: 5 }), heard(5, 'a')],
        ['4', '5a', 'b:queued'],
      ],
      'outbox, then what comes before it': [
        [...sent, out('a', 'confirmed', { seq: 6 }), heard(5), heard(6, 'a')],
        ['4', '5', '6a', 'b:queued'],
      ],
      'a page has it': [
        [out('log:3', 'sending'), page(undefined, [2, 3], false)],
        ['2', '3:sending'],
      ],
      'the log had it before the outbox told': [
        [heard(4), heard(5, 'a'), out('a', 'sending')],
        ['4', '5a'],
      ],
    },
  ],
  [
    'TL2 C16 somebody else’s message with an id of ours is theirs',
    {
      'before ours is in the log': [
        [...sent, heard(5, 'a', 'eve'), heard(6, 'a')],
        ['4', '5a', '6a:queued', 'b:queued'],
      ],
      'before ours is sent': [
        [heard(5, 'a', 'eve'), out('a', 'sending')],
        ['5a', 'a:sending'],
      ],
      'in a page': [
        [out('log:3', 'queued'), { ...page(undefined, [3], false), isSelf: () => false } as TimelineInput],
        ['3', ':queued'],
      ],
      'one that was rejected stays so': [
        [...sent, out('a', 'rejected', { error: NO }), heard(5, 'a', 'eve')],
        ['4', '5a', 'a:rejected', 'b:queued'],
      ],
      'the end of ours is not told of theirs': [
        [...sent, heard(5, 'a', 'eve'), out('a', 'rejected', { error: NO })],
        ['4', '5a', 'a:rejected', 'b:queued'],
      ],
    },
  ],
  [
    'TL2 C16 where nobody says who we are, the id has to do',
    {
      'outbox, then log': [[out('a', 'queued'), heard(5, 'a', 'guest')].map(asGuest), ['5a:queued']],
      'log, then outbox': [[heard(5, 'a', 'guest'), out('a', 'sending')].map(asGuest), ['5a']],
    },
  ],
  [
    'TL3 what is in the log has happened',
    {
      'unknown, then heard': [
        [...sent, out('a', 'unknown', { error: LOST }), heard(5, 'a')],
        ['4', '5a', 'b:queued'],
      ],
      'heard, then unknown': [
        [...sent, heard(5, 'a'), out('a', 'unknown', { error: LOST })],
        ['4', '5a', 'b:queued'],
      ],
      'heard, then rejected': [
        [...sent, heard(5, 'a'), out('a', 'rejected', { error: NO })],
        ['4', '5a', 'b:queued'],
      ],
    },
  ],
  [
    'TL4 what failed stays until it is tried again, or discarded',
    {
      'tried again: at the end': [
        [...sent, out('a', 'rejected', { error: NO }), retried],
        ['4', 'b:queued', 'c:queued'],
      ],
      'tried again, and both are in the log': [
        [...sent, out('a', 'unknown', { error: LOST }), retried, heard(5, 'a'), heard(6, 'c')],
        ['4', '5a', '6c:queued', 'b:queued'],
      ],
      discarded: [
        [...sent, { type: 'discarded', key: '1' }],
        ['4', 'b:queued'],
      ],
      'discarded, and in the log all the same': [
        [...sent, { type: 'discarded', key: '1' }, heard(5, 'a')],
        ['4', '5a', 'b:queued'],
      ],
    },
  ],
  [
    'TL5 a gap stands where the messages are missing',
    {
      'in place': [
        [heard(4), gap(5, 7), heard(8), out('a', 'queued')],
        ['4', 'gap 5-7', '8', 'a:queued'],
      ],
      'before one of our own that lies in it': [
        [heard(4), out('a', 'confirmed', { seq: 5 }), gap(5, 7), heard(8)],
        ['4', 'gap 5-7', '5a', '8'],
      ],
      'of unknown size, where it was told': [
        [heard(4), gap(undefined, undefined, 'unsupported'), heard(9)],
        ['4', 'gap ?-?', '9'],
      ],
      'before older pages come': [
        [gap(5, 7), page(5, [3, 4], false), heard(8)],
        ['3', '4', 'gap 5-7', '8'],
      ],
    },
  ],
  [
    'TL6 another epoch begins anew',
    {
      'entries go, our own on their way stay': [
        [...sent, heard(5, 'a'), heard(6), gap(undefined, 3, 'epoch'), heard(4)],
        ['epoch', '4', 'a:queued', 'b:queued'],
      ],
      'its older pages come behind the mark': [
        [heard(9), gap(undefined, 3, 'epoch'), heard(4), page(4, [2, 3], false, 1)],
        ['epoch', '2', '3', '4'],
      ],
      'as another view does, without a mark': [
        [...sent, heard(5, 'a'), { type: 'entered' }, heard(8)],
        ['8', 'a:queued', 'b:queued'],
      ],
      'pages of the old one are dropped': [
        [heard(9), gap(undefined, 3, 'epoch'), page(9, [7, 8], false, 0)],
        ['epoch'],
      ],
    },
  ],
  [
    'TL7 pages come without gaps or doubles',
    {
      'before what there is': [
        [heard(6), page(6, [4, 5], true), page(4, [2, 3], false)],
        ['2', '3', '4', '5', '6'],
      ],
      'where nothing was heard': [
        [page(undefined, [4, 5], true), heard(6)],
        ['4', '5', '6'],
      ],
      'where it was heard meanwhile': [
        [heard(5), page(undefined, [4, 5], true), heard(6)],
        ['4', '5', '6'],
      ],
      'where one of our own was heard meanwhile': [
        [out('log:5', 'sending'), heard(5), page(undefined, [4, 5], true)],
        ['4', '5:sending'],
      ],
      'around our own that was confirmed before': [
        [
          out('log:3', 'sending'),
          out('log:3', 'confirmed', { seq: 3 }),
          heard(6),
          page(6, [4, 5], true),
          page(4, [2, 3], false),
        ],
        ['2', '3', '4', '5', '6'],
      ],
      'others events are left out': [
        [heard(6), page(6, ['4', 5], true), page(4, ['3'], true)],
        ['5', '6'],
      ],
    },
  ],
  [
    'TL8 a plain server: in the order of arrival',
    {
      'our own has its place when it is sent': [
        [heard(undefined, 'x'), out('a', 'queued'), heard(undefined, 'y'), out('a', 'unknown'), heard(undefined, 'z')],
        ['x', 'y', 'a:unknown', 'z'],
      ],
      'a page has what stands before them': [
        [heard(4), heard(undefined, 'x'), page(undefined, [3, 4], false)],
        ['3', '4', 'x'],
      ],
      'whose log comes back': [
        [heard(4), heard(undefined, 'x'), heard(5), heard(6)],
        ['4', 'x', '5', '6'],
      ],
    },
  ],
])('%s', (_, cases) => {
  test.each(Object.entries(cases))('%s', (__, [inputs, entries]) => {
    const view = after(inputs)
    expect(shown(view)).toEqual(entries)
    const keys = view.entries.map((entry) => entry.key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('TL2 the key stays', () => {
  test.each([
    ['heard, confirmed', [heard(5, 'a'), out('a', 'confirmed', { seq: 5 })]],
    ['confirmed, heard', [out('a', 'confirmed', { seq: 5 }), heard(5, 'a')]],
    [
      'sent into another log',
      [
        heard(5, 'a'),
        gap(undefined, 0, 'epoch'),
        out('a', 'sending'),
        heard(1, 'a'),
        out('a', 'confirmed', { seq: 1 }),
      ],
    ],
  ])('%s', (_, inputs) => {
    const before = after(sent)
    const view = after([...sent, ...inputs])
    expect(keyOf(view, 'a')).toBe(keyOf(before, 'a'))
    const own = logOf(view).at(-1)
    expect(own).toMatchObject({ data: 'log a', from: { id: 'ann' }, state: 'confirmed' })
  })
  test('TL4 also when it is tried again', () => {
    const view = after([...sent, out('a', 'rejected', { error: NO }), retried])
    expect(keyOf(view, 'c')).toBe('1')
    expect(pendingIn(view).at(-1)).toMatchObject({ state: 'queued', error: undefined })
  })
})

describe('TL2 what is our own', () => {
  const ownIn = (inputs: readonly TimelineInput[]) =>
    after(inputs).entries.map((entry) => entry.kind === 'message' && entry.isOwn)
  test.each<[string, readonly TimelineInput[], readonly boolean[]]>([
    [
      'what is on its way, and what is only confirmed',
      [...sent.slice(1), out('a', 'confirmed', { seq: 5 })],
      [true, true],
    ],
    ['what we sent elsewhere', [heard(4), heard(5, 'x', 'eve')], [true, false]],
    ['not what bears an id of ours', [heard(5, 'a', 'eve'), out('a', 'rejected', { error: NO })], [false, true]],
    [
      'for a guest, what the outbox has or had',
      [
        heard(4),
        out('a', 'sending'),
        out('a', 'confirmed', { seq: 5 }),
        heard(5, 'a'),
        heard(6, 'b'),
        out('b', 'sending'),
      ].map(asGuest),
      [false, true, true],
    ],
    [
      'also where it is tried again, and in another epoch',
      [out('a', 'rejected', { error: NO }), { ...retried, key: '0' }, heard(5, 'c'), gap(undefined, 3, 'epoch')].map(
        asGuest,
      ),
      [false, true],
    ],
  ])('%s', (_, inputs, own) => {
    expect(ownIn(inputs)).toEqual(own)
  })
})

describe('TL7 where the next page begins', () => {
  test.each<[string, readonly TimelineInput[], number | undefined, boolean | undefined]>([
    ['nowhere, at first', [], undefined, undefined],
    ['before the first that was heard', [heard(6), heard(7)], 6, undefined],
    ['before the first of the last page, of whatever event', [heard(6), page(6, ['4', 5], true)], 4, true],
    ['one further where nothing could be read', [heard(6), page(6, [], true)], 5, true],
    [
      'behind our own that was only confirmed',
      [out('a', 'sending'), out('a', 'confirmed', { seq: 3 }), heard(6)],
      6,
      undefined,
    ],
    ['there is nothing older', [heard(6), page(6, [4, 5], false)], 4, false],
    ['nowhere, in another epoch', [heard(6), page(6, [4, 5], false), gap(undefined, 3, 'epoch')], undefined, undefined],
    [
      'nobody knows, in a page of another epoch',
      [gap(undefined, 3, 'epoch'), page(6, [4, 5], true, 0)],
      undefined,
      undefined,
    ],
    [
      'perhaps, where the server may be another one',
      [heard(6), page(6, [], false), gap(7, 8, 'unsupported')],
      5,
      undefined,
    ],
  ])('%s', (_, inputs, oldest, hasOlder) => {
    expect(after(inputs)).toMatchObject({ oldest, hasOlder })
  })
})

describe('TL10 no more than max entries', () => {
  test('the oldest go, and can be loaded again', () => {
    const view = after([heard(1), heard(2), heard(3), heard(4), out('a', 'queued')], 3)
    expect(shown(view)).toEqual(['2', '3', '4', 'a:queued'])
    expect(view).toMatchObject({ oldest: 2, hasOlder: true })
  })
  test('a page is cut where it is full', () => {
    const view = after([heard(6), page(6, [2, 3, 4, 5], false)], 3)
    expect(shown(view)).toEqual(['4', '5', '6'])
    expect(view).toMatchObject({ oldest: 4, hasOlder: true })
  })
  test('our own that were only confirmed do not say where the log begins', () => {
    const confirmed = (id: string, seq: number) => [out(id, 'sending'), out(id, 'confirmed', { seq })]
    const view = after([...confirmed('a', 3), ...confirmed('b', 5), heard(21)], 2)
    expect(shown(view)).toEqual(['5b', '21'])
    expect(view).toMatchObject({ oldest: 21, hasOlder: true })
  })
  test('a plain server has nothing to load again', () => {
    expect(after([heard(undefined, 'x'), heard(undefined, 'y')], 1)).toMatchObject({ hasOlder: undefined })
  })
  test('of those that failed, the oldest go', () => {
    const failed = ['a', 'b', 'c'].map((id) => out(id, 'rejected', { error: NO }))
    expect(shown(after([out('q', 'queued'), ...failed], 2))).toEqual(['q:queued', 'b:rejected', 'c:rejected'])
  })
})

describe('TL9 nothing changed: the same list', () => {
  test.each<[string, readonly TimelineInput[], TimelineInput]>([
    ['the same state told again', sent, out('a', 'queued')],
    ['the end of one that is confirmed', [heard(5, 'a')], out('a', 'confirmed', { seq: 5 })],
    ['a key that is not there', sent, { type: 'discarded', key: 'x' }],
    ['a page of another epoch', sent, page(4, [1, 2, 3], false, 3)],
  ])('%s', (_, inputs, input) => {
    const view = after(inputs)
    const { entries, oldest, hasOlder } = view
    tell(view, input)
    expect(view.entries).toBe(entries)
    expect(view).toMatchObject({ oldest, hasOlder })
  })
})

test('TL7 a page into a long timeline looks at what stands there already, not at all that follows', () => {
  let reads = 0
  const behind = Array.from({ length: 10_000 }, (_, n): TimelineEntry => ({
    kind: 'message',
    key: `long ${n}`,
    id: `log:${n + 201}`,
    get seq() {
      reads += 1
      return n + 201
    },
    data: '',
    from: undefined,
    isOwn: false,
    at: 0,
    state: 'confirmed',
    error: undefined,
  }))
  const log = new ChunkedList<TimelineEntry>().spliced(0, 0, ...behind)
  const seqs = Array.from({ length: 200 }, (_, n) => n + 1)
  const view = Object.assign(viewOf(100_000, isSelf), { entries: log, placed: log.length, oldest: 201 })
  tell(view, page(201, seqs, false))
  expect(reads).toBeLessThan(100)
  expect(view.entries.map((entry) => entry.kind === 'message' && entry.seq)).toEqual(
    Array.from({ length: 10_200 }, (_, n) => n + 1),
  )
  expect(log.chunks.filter((chunk) => !view.entries.chunks.includes(chunk))).toEqual([])
})
