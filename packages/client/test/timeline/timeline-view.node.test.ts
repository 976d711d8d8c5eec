import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import type { OutgoingMessage } from '../../src/rooms/rooms-protocol.ts'
import type { HistoryMessages } from '../../src/rooms/room.ts'
import type { TimelineSource } from '../../src/timeline/timeline-source.ts'
import type { TimelineView } from '../../src/timeline/timeline-view.ts'
import { isSelf, metaOf, pageOf } from './support/fake-source.ts'
import { ownBehind, tell, type TimelineInput, viewOf, windowOf } from './support/timeline-step.ts'

const NO = new RoomfulError('FORBIDDEN', 'you are not allowed')
const LOST = new RoomfulError('STALE', 'unknown outcome')

type Input = TimelineInput & { readonly isSelf?: TimelineSource['isSelf'] }

const heard = (seq: number | undefined, id = seq === undefined ? undefined : `log:${seq}`, from = 'ann'): Input => ({
  type: 'heard',
  data: `log ${id ?? seq}`,
  meta: { ...metaOf(seq ?? 0, id, from), id, seq },
})
const out = (id: string, state: OutgoingMessage['state'], more: Partial<OutgoingMessage> = {}): Input => {
  return outOf([], id, state, more)
}
/** The same, where the outbox has these messages. */
const outOf = (
  ids: readonly string[],
  id: string,
  state: OutgoingMessage['state'],
  more: Partial<OutgoingMessage> = {},
): Input => {
  const entry = { id, event: 'message', data: `own ${id}`, state, ...more }
  return { type: 'outgoing', entry, waiting: () => ids.map((other) => ({ ...entry, id: other })) }
}
/** On a server that does not identify users. */
const asGuest = (input: Input): Input => ({ ...input, isSelf: () => undefined })
const retried: Input = { type: 'retried', key: '1', id: 'c' }
const gap = (
  from: number | undefined,
  to: number | undefined,
  reason: 'retention' | 'epoch' | 'unsupported' = 'retention',
): Input => ({ type: 'gap', gap: { from, to, reason } })
/** A message of the n-th epoch of one log. */
const inLine = (seq: number, n: number): Input => ({ ...heard(seq), epoch: `line ${n}` }) as Input
type Seqs = readonly (number | string)[]
const pageAs =
  (kind: 'older' | 'newer' | 'latest') =>
  (seqs: Seqs, more: boolean, details: Partial<HistoryMessages> = {}, generation?: number): Input => ({
    type: 'page',
    kind,
    page: pageOf(seqs, more, details),
    ...(generation !== undefined && { generation }),
  })
const [older, newer, latest] = [pageAs('older'), pageAs('newer'), pageAs('latest')]
const rejoined: Input = { type: 'rejoined' }

const after = (inputs: readonly Input[], max = 100): TimelineView => {
  let isUser = isSelf as TimelineSource['isSelf']
  const view = viewOf(
    max,
    (from) => isUser(from),
    (epoch) => epoch.startsWith('line '),
  )
  for (const input of inputs) {
    isUser = input.isSelf ?? isSelf
    tell(view, input)
  }
  return view
}

/** Each entry in a word: `5` of the log, `a:sending`, `5a:sending` in the log and not confirmed, `gap 5-7`, `lost 5-7` in another epoch. */
const shown = (view: TimelineView) =>
  view.entries.map((entry) => {
    if (entry.kind === 'gap' && entry.reason === 'epoch' && entry.from === undefined) return 'epoch'
    if (entry.kind === 'gap')
      return `${entry.reason === 'epoch' ? 'lost' : 'gap'} ${entry.from ?? '?'}-${entry.to ?? '?'}`
    const own = entry.id?.startsWith('log:') ? '' : entry.id
    return `${entry.seq ?? ''}${own ?? ''}${entry.state === 'confirmed' ? '' : `:${entry.state}`}`
  })
const keyOf = (view: TimelineView, id: string) =>
  view.entries.toArray().find((entry) => entry.kind === 'message' && entry.id === id)?.key

const sent = [heard(4), out('a', 'queued'), out('b', 'queued')]

describe.each<[rule: string, { [title: string]: [inputs: readonly Input[], entries: readonly string[]] }]>([
  [
    'TL1 the window first, then own messages that are not in it, in the order of sending',
    {
      'as sent': [sent, ['4', 'a:queued', 'b:queued']],
      'whatever their state': [
        [...sent, out('a', 'rejected', { error: NO }), out('b', 'sending')],
        ['4', 'a:rejected', 'b:sending'],
      ],
      'messages of others go before them': [
        [...sent, heard(5), heard(6)],
        ['4', '5', '6', 'a:queued', 'b:queued'],
      ],
      'messages of an earlier page go first, also where one was sent while they were taken over': [
        [
          out('a', 'queued'),
          outOf(['old:1', 'old:2', 'a'], 'old:1', 'queued'),
          outOf(['old:1', 'old:2', 'a'], 'old:2', 'queued'),
        ],
        ['old:1:queued', 'old:2:queued', 'a:queued'],
      ],
      'and last where they were found later': [
        [out('a', 'rejected', { error: NO }), out('b', 'queued'), outOf(['b', 'old:1'], 'old:1', 'queued')],
        ['a:rejected', 'b:queued', 'old:1:queued'],
      ],
      'a confirmed message passes a failed one when the log delivers it': [
        [...sent, out('a', 'rejected', { error: NO }), out('b', 'confirmed', { seq: 5 }), heard(5, 'b')],
        ['4', '5b', 'a:rejected'],
      ],
      'a confirmed message stays among them until the log delivers it': [
        [...sent, out('a', 'rejected', { error: NO }), out('b', 'confirmed', { seq: 5 })],
        ['4', 'a:rejected', '5b'],
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
        [out('log:3', 'sending'), latest([2, 3], false)],
        ['2', '3:sending'],
      ],
      'the log has it before the outbox reports it': [
        [heard(4), heard(5, 'a'), out('a', 'sending')],
        ['4', '5a'],
      ],
    },
  ],
  [
    'TL2 C16 a message of another user with the id of an own message is not the own message',
    {
      'before the own message is in the log': [
        [...sent, heard(5, 'a', 'eve'), heard(6, 'a')],
        ['4', '5a', '6a:queued', 'b:queued'],
      ],
      'before the own message is sent': [
        [heard(5, 'a', 'eve'), out('a', 'sending')],
        ['5a', 'a:sending'],
      ],
      'in a page': [
        [out('log:3', 'queued'), { ...latest([3], false), isSelf: () => false }],
        ['3', ':queued'],
      ],
      'a rejected own message stays rejected': [
        [...sent, out('a', 'rejected', { error: NO }), heard(5, 'a', 'eve')],
        ['4', '5a', 'a:rejected', 'b:queued'],
      ],
      'the end of the own message does not change it': [
        [...sent, heard(5, 'a', 'eve'), out('a', 'rejected', { error: NO })],
        ['4', '5a', 'a:rejected', 'b:queued'],
      ],
    },
  ],
  [
    'TL2 C16 where the server does not identify users, the answer shows that another guest has used the id',
    {
      'before the own message is in the log': [
        [...sent, heard(5, 'a', 'eve'), out('a', 'confirmed', { seq: 6 }), heard(6, 'a')].map(asGuest),
        ['4', '5a', '6a', 'b:queued'],
      ],
      'while the own message is in the log too': [
        [...sent, heard(5, 'a', 'eve'), heard(6, 'a'), out('a', 'confirmed', { seq: 6 })].map(asGuest),
        ['4', '5a', '6a', 'b:queued'],
      ],
      'where the server refuses the own message': [
        [...sent, heard(5, 'a', 'eve'), out('a', 'rejected', { error: NO })].map(asGuest),
        ['4', '5a', 'b:queued', 'a:rejected'],
      ],
      'after the own message was confirmed': [
        [...sent, out('a', 'confirmed', { seq: 6 }), heard(5, 'a', 'eve'), heard(6, 'a')].map(asGuest),
        ['4', '5a', '6a', 'b:queued'],
      ],
      'beyond the window': [
        [...sent, rejoined, heard(5, 'a', 'eve'), out('a', 'rejected', { error: NO })].map(asGuest),
        ['4', '5a:rejected', 'b:queued'],
      ],
    },
  ],
  [
    'TL2 C16 where the server does not identify users, the first message with the id is the own one until the answer',
    {
      'outbox, then log': [[out('a', 'queued'), heard(5, 'a', 'guest')].map(asGuest), ['5a:queued']],
      'log, then outbox': [[heard(5, 'a', 'guest'), out('a', 'sending')].map(asGuest), ['5a']],
    },
  ],
  [
    'TL3 a message that is in the log was sent',
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
    'TL4 a failed message stays until it is retried or discarded',
    {
      'retried: at the end': [
        [...sent, out('a', 'rejected', { error: NO }), retried],
        ['4', 'b:queued', 'c:queued'],
      ],
      'retried, and both are in the log': [
        [...sent, out('a', 'unknown', { error: LOST }), retried, heard(5, 'a'), heard(6, 'c')],
        ['4', '5a', '6c:queued', 'b:queued'],
      ],
      discarded: [
        [...sent, { type: 'discarded', key: '1' }],
        ['4', 'b:queued'],
      ],
      'discarded, and in the log nevertheless': [
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
      'in place of a confirmed own message that the log has lost': [
        [heard(4), out('a', 'confirmed', { seq: 5 }), gap(5, 7), heard(8)],
        ['4', 'gap 5-7', '8'],
      ],
      'where it was reported, if its size is unknown': [
        [heard(4), gap(undefined, undefined, 'unsupported'), heard(9)],
        ['4', 'gap ?-?', '9'],
      ],
      'behind older pages that come later': [
        [gap(5, 7), older([3, 4], false), heard(8)],
        ['3', '4', 'gap 5-7', '8'],
      ],
      'not where pages have brought the messages': [
        [latest([3, 4, 5, 6], false), gap(5, 6), heard(7)],
        ['3', '4', '5', '6', '7'],
      ],
      'where a newer page begins later than asked for': [
        [heard(4), rejoined, newer([8, 9], false)],
        ['4', 'gap 5-7', '8', '9'],
      ],
      'where a newer page has nothing and the log begins later': [
        [heard(4), rejoined, newer([], false, { oldest: 8, newest: 7 }), heard(8)],
        ['4', 'gap 5-7', '8'],
      ],
    },
  ],
  [
    'TL6 another epoch begins again',
    {
      'entries go, unsettled own messages stay': [
        [...sent, heard(5, 'a'), heard(6), gap(undefined, 3, 'epoch'), heard(4)],
        ['epoch', '4', 'a:queued', 'b:queued'],
      ],
      'confirmed own messages go, failed ones stay': [
        [...sent, out('a', 'confirmed', { seq: 5 }), out('b', 'rejected', { error: NO }), gap(undefined, 3, 'epoch')],
        ['epoch', 'b:rejected'],
      ],
      'older pages go behind the mark': [
        [heard(9), gap(undefined, 3, 'epoch'), heard(4), older([2, 3], false)],
        ['epoch', '2', '3', '4'],
      ],
      'pages of the old one are dropped': [
        [heard(9), gap(undefined, 3, 'epoch'), older([7, 8], false, {}, 0)],
        ['epoch'],
      ],
      'also where a live message has another epoch': [
        [{ ...heard(8), epoch: 'one' } as Input, { ...heard(9), epoch: 'two' } as Input],
        ['epoch', '9'],
      ],
      'also where a newer page has another epoch': [
        [{ ...heard(8), epoch: 'one' } as Input, rejoined, newer([9], false, { epoch: 'two' })],
        ['epoch'],
      ],
      'also where the latest page has another epoch': [
        [{ ...heard(8), epoch: 'one' } as Input, rejoined, latest([9], false, { epoch: 'two' })],
        ['epoch', '9'],
      ],
    },
  ],
  [
    'TL16 a log that goes on in another epoch',
    {
      'and has lost nothing: all stays': [
        [inLine(8, 1), inLine(9, 2)],
        ['8', '9'],
      ],
      'and has lost the newest: they go, and a gap stands there': [
        [heard(4), heard(5), heard(6), gap(5, 6, 'epoch'), heard(5, 'new:5'), heard(6)],
        ['4', 'lost 5-6', '5new:5', '6'],
      ],
      'and has lost messages of other events only: a gap stands there': [
        [heard(4), gap(6, 7, 'epoch'), heard(6)],
        ['4', 'lost 6-7', '6'],
      ],
      'and has lost messages before the window: older ones stand before the gap': [
        [heard(8), heard(9), gap(5, 9, 'epoch'), heard(5), older([3, 4], false)],
        ['3', '4', 'lost 5-9', '5'],
      ],
      'and has lost all messages': [
        [heard(1), heard(2), gap(1, 2, 'epoch'), heard(1, 'new:1')],
        ['lost 1-2', '1new:1'],
      ],
      'before the first message is shown': [
        [gap(3, 4, 'epoch'), heard(3)],
        ['lost 3-4', '3'],
      ],
      'a gap of dropped messages ends where the lost ones begin': [
        [heard(2), gap(3, 9), heard(10), gap(6, 10, 'epoch'), heard(6)],
        ['2', 'gap 3-5', 'lost 6-10', '6'],
      ],
      'again: an earlier gap goes with the messages around it': [
        [heard(4), heard(5), gap(5, 5, 'epoch'), heard(5), heard(6), gap(4, 6, 'epoch'), heard(4)],
        ['lost 4-6', '4'],
      ],
      'again, after the earlier gap': [
        [heard(4), heard(5), gap(5, 5, 'epoch'), heard(5), heard(6), gap(6, 6, 'epoch'), heard(6)],
        ['4', 'lost 5-5', '5', 'lost 6-6', '6'],
      ],
      'confirmed own messages that are lost have failed, and the others stay': [
        [
          ...sent,
          heard(5, 'a'),
          out('a', 'confirmed', { seq: 5 }),
          out('b', 'confirmed', { seq: 6 }),
          gap(6, 7, 'epoch'),
        ],
        ['4', '5a', 'lost 6-7', 'b:rejected'],
      ],
      'own messages in the window that are lost have failed': [
        [...sent, heard(5, 'a'), out('a', 'confirmed', { seq: 5 }), gap(5, 5, 'epoch'), heard(5)],
        ['4', 'lost 5-5', '5', 'a:rejected', 'b:queued'],
      ],
      'messages that the user has sent elsewhere go': [
        [heard(4, 'x'), heard(5, 'y'), gap(5, 5, 'epoch')],
        ['4x', 'lost 5-5'],
      ],
      'own messages that are not confirmed wait on': [
        [...sent, heard(5, 'a'), gap(5, 5, 'epoch'), heard(5, 'b'), heard(6, 'a'), out('a', 'confirmed', { seq: 6 })],
        ['4', 'lost 5-5', '5b:queued', '6a'],
      ],
      'a message of an earlier page, which the log had before the outbox': [
        [heard(4), heard(5, 'a'), out('a', 'queued'), out('a', 'confirmed', { seq: 5 }), gap(5, 5, 'epoch')],
        ['4', 'lost 5-5', 'a:rejected'],
      ],
      'pages that were asked for before are dropped': [
        [heard(4), heard(5), gap(5, 5, 'epoch'), older([2, 3], false, {}, 0)],
        ['4', 'lost 5-5'],
      ],
      'a window that ends before the lost messages stays, and own ones have failed': [
        [
          heard(4),
          rejoined,
          heard(9),
          out('a', 'queued'),
          out('a', 'confirmed', { seq: 10 }),
          gap(8, 10, 'epoch'),
          newer([5, 6, 7], true),
          newer([8], false),
        ],
        ['4', '5', '6', '7', '8', 'a:rejected'],
      ],
      'a window that ends after the lost messages is at the end of the log': [
        [heard(4), heard(5), rejoined, gap(5, 9, 'epoch'), heard(5, 'new:5')],
        ['4', 'lost 5-9', '5new:5'],
      ],
      'where the window was of another log before: all begins again': [
        [{ ...heard(8), epoch: 'one' } as Input, { ...gap(5, 8, 'epoch'), epoch: 'two' } as Input],
        ['epoch', 'lost 5-8'],
      ],
    },
  ],
  [
    'TL7 pages come without holes or duplicates',
    {
      'before the entries': [
        [heard(6), older([4, 5], true), older([2, 3], false)],
        ['2', '3', '4', '5', '6'],
      ],
      'where nothing was heard': [
        [latest([4, 5], true), heard(6)],
        ['4', '5', '6'],
      ],
      'where it was heard meanwhile': [
        [heard(5), latest([4, 5], true), heard(6)],
        ['4', '5', '6'],
      ],
      'where it is heard later': [
        [latest([3, 4, 5], true), heard(4), heard(5), heard(6)],
        ['3', '4', '5', '6'],
      ],
      'where an own message was heard meanwhile': [
        [out('log:5', 'sending'), heard(5), latest([4, 5], true)],
        ['4', '5:sending'],
      ],
      'over an own message that was confirmed before': [
        [
          out('log:3', 'sending'),
          out('log:3', 'confirmed', { seq: 3 }),
          heard(6),
          older([4, 5], true),
          older([2, 3], false),
        ],
        ['2', '3', '4', '5', '6'],
      ],
      'without other events': [
        [heard(6), older(['4', 5], true), older(['3'], true)],
        ['5', '6'],
      ],
      'with a failed own message that turns out to be in the log': [
        [heard(6), out('log:4', 'unknown', { error: LOST }), older([4, 5], true)],
        ['4', '5', '6'],
      ],
    },
  ],
  [
    'TL8 a plain server: in the order of arrival',
    {
      'an own message has its place when it is sent': [
        [heard(undefined, 'x'), out('a', 'queued'), heard(undefined, 'y'), out('a', 'unknown'), heard(undefined, 'z')],
        ['x', 'y', 'a:unknown', 'z'],
      ],
      'a page goes before them': [
        [heard(4), heard(undefined, 'x'), latest([3, 4], false)],
        ['3', '4', 'x'],
      ],
      'before messages of a log that come later': [
        [heard(4), heard(undefined, 'x'), heard(5), heard(6)],
        ['4', 'x', '5', '6'],
      ],
    },
  ],
  [
    'TL12 a window that is not at the end of the log',
    {
      'does not take live messages': [[heard(5), rejoined, heard(8)], ['5']],
      'goes on at the end after the last newer page': [
        [heard(5), rejoined, heard(8), newer([6, 7], true), newer([8], false), heard(9)],
        ['5', '6', '7', '8', '9'],
      ],
      'does not go on after a page that lacks a message that was heard': [
        [heard(5), rejoined, heard(8), newer([6, 7], false), heard(9)],
        ['5', '6', '7'],
      ],
      'is followed by own messages, also by confirmed ones': [
        [...sent, rejoined, out('a', 'confirmed', { seq: 9 })],
        ['4', '9a', 'b:queued'],
      ],
      'takes own messages at their place when it reaches them': [
        [
          heard(4),
          out('log:6', 'queued'),
          out('log:7', 'sending'),
          rejoined,
          heard(6),
          out('log:7', 'confirmed', { seq: 7 }),
          newer([5], true),
          newer([6, 7, 8], false),
        ],
        ['4', '5', '6:queued', '7', '8'],
      ],
      'knows of an own message that was heard, whatever the outbox could learn': [
        [...sent, rejoined, heard(6, 'a'), out('a', 'unknown', { error: LOST })],
        ['4', '6a', 'b:queued'],
      ],
      'and of a failed one': [
        [...sent, out('a', 'unknown', { error: LOST }), rejoined, heard(6, 'a')],
        ['4', '6a', 'b:queued'],
      ],
      'ignores gaps: its pages tell': [
        [heard(5), rejoined, gap(6, 7), newer([8], false)],
        ['5', 'gap 6-7', '8'],
      ],
      'ends with the latest page, where that follows on it': [
        [heard(5), rejoined, heard(8), latest([4, 5, 6, 7, 8], true), heard(9)],
        ['4', '5', '6', '7', '8', '9'],
      ],
      'is replaced by the latest page, where that begins later': [
        [...sent, rejoined, heard(8), latest([7, 8], true), heard(9)],
        ['7', '8', '9', 'a:queued', 'b:queued'],
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
    const own = windowOf(view).at(-1)
    expect(own).toMatchObject({ data: 'log a', from: { id: 'ann' }, state: 'confirmed' })
  })
  test('TL4 also when it is retried', () => {
    const view = after([...sent, out('a', 'rejected', { error: NO }), retried])
    expect(keyOf(view, 'c')).toBe('1')
    expect(ownBehind(view).at(-1)).toMatchObject({ state: 'queued', error: undefined })
  })
})

describe('TL2 which messages are own', () => {
  const ownIn = (inputs: readonly Input[]) =>
    after(inputs).entries.map((entry) => entry.kind === 'message' && entry.isOwn)
  test.each<[string, readonly Input[], readonly boolean[]]>([
    [
      'unsettled messages, and messages that the outbox confirmed',
      [...sent.slice(1), out('a', 'confirmed', { seq: 5 })],
      [true, true],
    ],
    ['messages that the user sent elsewhere', [heard(4), heard(5, 'x', 'eve')], [true, false]],
    [
      'not messages of others with the same id',
      [heard(5, 'a', 'eve'), out('a', 'rejected', { error: NO })],
      [false, true],
    ],
    [
      'for a guest, messages that the outbox has or had',
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
      'also where it is retried, and in another epoch',
      [out('a', 'rejected', { error: NO }), { ...retried, key: '0' }, heard(5, 'c'), gap(undefined, 3, 'epoch')].map(
        asGuest,
      ),
      [false, true],
    ],
  ])('%s', (_, inputs, own) => {
    expect(ownIn(inputs)).toEqual(own)
  })
})

describe('TL7 where the next older page begins', () => {
  test.each<[string, readonly Input[], number | undefined, boolean | undefined]>([
    ['nowhere, at first', [], undefined, undefined],
    ['before the first message that was heard', [heard(6), heard(7)], 6, undefined],
    ['before the first entry of the last page, of any event', [heard(6), older(['4', 5], true)], 4, true],
    ['before a page that could not be read', [heard(6), older([], true, { oldest: 2, newest: 5 })], 2, true],
    ['there is nothing older', [heard(6), older([4, 5], false)], 4, false],
    ['where the log has been trimmed', [heard(6), older([], false, { oldest: 8, newest: 9 })], 6, false],
    ['in an empty log', [latest([], false)], 1, false],
    ['nowhere, in another epoch', [heard(6), older([4, 5], false), gap(undefined, 3, 'epoch')], undefined, undefined],
    ['not where a newer page begins', [heard(6), rejoined, newer([7, 8], true)], 6, undefined],
  ])('%s', (_, inputs, oldest, hasOlder) => {
    expect(after(inputs)).toMatchObject({ oldest, hasOlder })
  })
})

describe('TL12 where the next newer page begins', () => {
  test.each<[string, readonly Input[], number | undefined, boolean]>([
    ['nowhere, at the end of the log', [heard(6), heard(7)], 7, false],
    ['after the last entry of a page, of any event', [heard(6), rejoined, newer([7, '8'], true)], 8, true],
    ['after an empty page', [heard(6), rejoined, newer([], false, { oldest: 1, newest: 9 })], 9, false],
    ['in an empty log', [latest([], false), rejoined], 0, true],
    ['not after an older page', [heard(6), rejoined, older([], false, { oldest: 1, newest: 99 })], 6, true],
    ['after a page that was full', [heard(6), rejoined, newer([7], true)], 7, true],
  ])('%s', (_, inputs, newest, hasNewer) => {
    expect(after(inputs)).toMatchObject({ newest, hasNewer })
  })
})

describe('TL12 no more than max entries', () => {
  test('live messages drop the oldest, which can be loaded again', () => {
    const view = after([heard(1), heard(2), heard(3), heard(4), out('a', 'queued')], 3)
    expect(shown(view)).toEqual(['2', '3', '4', 'a:queued'])
    expect(view).toMatchObject({ oldest: 2, hasOlder: true, hasNewer: false })
    tell(view, older([1], false))
    expect(shown(view)).toEqual(['1', '2', '3', 'a:queued'])
  })
  test('older pages drop the newest, which can be loaded again', () => {
    const view = after([heard(6), heard(7), older([3, 4, 5], false)], 3)
    expect(shown(view)).toEqual(['3', '4', '5'])
    expect(view).toMatchObject({ oldest: 3, newest: 5, hasOlder: false, hasNewer: true })
    tell(view, newer([6, 7], false))
    expect(shown(view)).toEqual(['5', '6', '7'])
    expect(view).toMatchObject({ oldest: 5, newest: 7, hasOlder: true, hasNewer: false })
  })
  test('live messages drop the newest while older ones are loaded: the page that comes has to follow on', () => {
    const view = after([heard(6), heard(7), { type: 'loadingOlder', isLoading: true }, heard(8)], 2)
    expect(view).toMatchObject({ oldest: 6, newest: 7, hasNewer: true })
    tell(view, older([4, 5], true))
    expect(shown(view)).toEqual(['4', '5'])
  })
  test('the latest page drops the oldest', () => {
    expect(shown(after([latest([1, 2, 3, 4], false)], 3))).toEqual(['2', '3', '4'])
  })
  test('the mark of another epoch does not take the place of an older page', () => {
    const view = after([gap(undefined, 5, 'epoch'), heard(6), older([5], true)], 1)
    expect(shown(view)).toEqual(['5'])
    expect(shown(after([gap(undefined, 5, 'epoch'), latest([5], true), older([4], true)], 2))).toEqual([
      'epoch',
      '4',
      '5',
    ])
  })
  test('TL16 a gap of lost messages counts as an entry, and is the end of what stands before it', () => {
    expect(shown(after([heard(4), heard(5), gap(5, 5, 'epoch'), heard(5), heard(6)], 3))).toEqual([
      'lost 5-5',
      '5',
      '6',
    ])
    const view = after([heard(4), heard(5), gap(5, 5, 'epoch'), older([2, 3], false)], 3)
    expect(shown(view)).toEqual(['2', '3', '4'])
    tell(view, newer([5], false))
    expect(shown(view)).toEqual(['3', '4', '5'])
  })
  test('an unsettled own message stays when its place is dropped', () => {
    const view = after([out('a', 'sending'), heard(5, 'a'), older([3, 4], true)], 2)
    expect(shown(view)).toEqual(['3', '4', '5a:sending'])
    tell(view, out('a', 'unknown', { error: LOST }))
    expect(shown(view)).toEqual(['3', '4', '5a'])
  })
  test('a confirmed own message that lies before the window is not shown', () => {
    const view = after([out('a', 'sending'), heard(1, 'a'), heard(2), heard(3)], 2)
    expect(shown(view)).toEqual(['2', '3', '1a:sending'])
    tell(view, out('a', 'confirmed', { seq: 1 }))
    expect(shown(view)).toEqual(['2', '3'])
  })
  test('on a plain server the oldest cannot be loaded again', () => {
    expect(after([heard(undefined, 'x'), heard(undefined, 'y')], 1)).toMatchObject({ hasOlder: undefined })
  })
  test('of failed own messages, the oldest go', () => {
    const failed = ['a', 'b', 'c'].map((id) => out(id, 'rejected', { error: NO }))
    expect(shown(after([out('q', 'queued'), ...failed], 2))).toEqual(['q:queued', 'b:rejected', 'c:rejected'])
  })
})

describe('TL14 a room that is joined again after a leave', () => {
  test.each<[string, readonly Input[], readonly string[], boolean]>([
    ['catches up with newer pages', [heard(5), rejoined], ['5'], true],
    [
      'not where the window was not at the end before',
      [heard(5), heard(6), older([2, 3, 4], true), rejoined],
      ['2', '3', '4'],
      false,
    ],
    ['is at the end after the last newer page', [heard(5), rejoined, newer([6], false)], ['5', '6'], false],
    ['needs nothing where nothing was heard', [out('a', 'queued'), rejoined], ['a:queued'], false],
    [
      'has a gap on a plain server',
      [heard(undefined, 'x'), rejoined, heard(undefined, 'y')],
      ['x', 'gap ?-?', 'y'],
      false,
    ],
    ['has one gap after two leaves', [heard(undefined, 'x'), rejoined, rejoined], ['x', 'gap ?-?'], false],
    [
      'does not catch up where the server has no history',
      [heard(5), rejoined, { type: 'withoutHistory' }],
      ['5'],
      false,
    ],
    ['shows nothing to another user', [...sent, heard(5, 'a'), out('b', 'rejected'), { type: 'otherUser' }], [], false],
  ])('%s', (_, inputs, entries, isBehind) => {
    const view = after(inputs, 3)
    expect(shown(view)).toEqual(entries)
    expect(view.isBehind).toBe(isBehind)
  })
  test('a page that was asked for before is dropped', () => {
    const view = after([heard(5), rejoined, latest([4, 5, 6], true, {}, 0), heard(9)])
    expect(shown(view)).toEqual(['5'])
  })
})

describe('TL2 an own message whose place another guest has taken', () => {
  test('is shown as it was sent, under its key, and the message of the guest under another one', () => {
    const view = after([out('a', 'sending'), heard(5, 'a', 'eve')].map(asGuest))
    const key = keyOf(view, 'a')
    tell(view, asGuest(out('a', 'confirmed', { seq: 6 })))
    const [theirs, own] = view.entries.toArray()
    expect(own).toMatchObject({ key, data: 'own a', isOwn: true, state: 'confirmed', seq: 6 })
    expect(theirs).toMatchObject({ data: 'log a', isOwn: false, state: 'confirmed', seq: 5 })
    expect(theirs?.key).not.toBe(key)
  })
})

describe('TL9 nothing changed: the same list', () => {
  test.each<[string, readonly Input[], Input]>([
    ['the same state again', sent, out('a', 'queued')],
    ['the end of a confirmed message', [heard(5, 'a')], out('a', 'confirmed', { seq: 5 })],
    ['a key that is not there', sent, { type: 'discarded', key: 'x' }],
    ['a page of another generation', sent, older([1, 2, 3], false, {}, 3)],
    ['a message that a page has brought', [latest([4, 5], false)], heard(5)],
  ])('%s', (_, inputs, input) => {
    const view = after(inputs)
    const { entries, oldest, hasOlder } = view
    tell(view, input)
    expect(view.entries).toBe(entries)
    expect(view).toMatchObject({ oldest, hasOlder })
  })
})

describe('TL9 a change in a timeline of 10,000 messages', () => {
  const long = (): TimelineView => {
    const seqs = Array.from({ length: 10_000 }, (_, n) => 1_001 + n)
    return after([latest(seqs, true), out('a', 'sending')], 10_000)
  }
  test.each<[string, Input, number]>([
    ['a live message', heard(11_001), 3],
    ['an own message in the log', heard(11_001, 'a'), 3],
    [
      'an older page',
      older(
        Array.from({ length: 200 }, (_, n) => 801 + n),
        true,
      ),
      5,
    ],
    ['an own message is sent', out('b', 'queued'), 1],
    ['an own message is confirmed', out('a', 'confirmed', { seq: 11_001 }), 1],
  ])('%s keeps all other chunks', (_, input, changed) => {
    const view = long()
    const { chunks } = view.entries
    tell(view, input)
    const kept = new Set(view.entries.chunks)
    expect(chunks.length).toBeGreaterThan(150)
    expect(chunks.filter((chunk) => !kept.has(chunk)).length).toBeLessThanOrEqual(changed)
  })
})

describe('TL16 an own message that the log has lost', () => {
  const inputs = [heard(4), out('a', 'sending'), heard(5, 'a'), out('a', 'confirmed', { seq: 5 }), gap(5, 5, 'epoch')]
  test('keeps its key, and says why it has failed', () => {
    const key = keyOf(after(inputs.slice(0, -1)), 'a')
    const [own] = ownBehind(after(inputs))
    expect(own).toMatchObject({ key, seq: undefined, state: 'rejected', error: { code: 'LOST' } })
  })
  test('is sent again as it was given', () => {
    const view = after(inputs)
    expect(ownBehind(view)[0]?.given).toBe('own a')
    tell(view, { ...retried, key: '1' })
    expect(shown(view)).toEqual(['4', 'lost 5-5', 'c:queued'])
  })
  test('can be discarded', () => {
    expect(shown(after([...inputs, { type: 'discarded', key: '1' }]))).toEqual(['4', 'lost 5-5'])
  })
})

test('TL16 whether there are older messages is unknown where the log has lost messages before the window', () => {
  const lost = after([latest([5, 6], false), gap(4, 6, 'epoch')])
  expect(lost).toMatchObject({ oldest: 4, newest: 3, hasOlder: undefined, hasNewer: false })
  expect(after([latest([5, 6], false), gap(6, 6, 'epoch')])).toMatchObject({ oldest: 5, newest: 5, hasOlder: false })
})
