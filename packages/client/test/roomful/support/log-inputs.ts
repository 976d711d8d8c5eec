import type { Entry } from '@roomful/contract/protocol'
import { RoomLog } from '../../../src/roomful/log.ts'
import type { LogInput, LogOutput, LogPage } from '../../../src/roomful/log-steps.ts'

export const ONE = 'epoch-one'
export const TWO = 'epoch-two'

interface PageParts {
  readonly first?: number
  readonly entries?: readonly number[]
  readonly epoch?: string
  readonly continues?: number
}

export const joining: LogInput = { type: 'joining' }
export const away: LogInput = { type: 'disconnected' }
export const left: LogInput = { type: 'left' }
export const joined = (headSeq: number, parts: PageParts = {}): Extract<LogInput, { type: 'joined' }> => ({
  type: 'joined',
  page: pageOf(headSeq, parts),
})
export const seen = (seq: number): LogInput => ({ type: 'seen', seq })
export const page = (join: number, headSeq: number, parts: PageParts = {}): LogInput => ({
  type: 'page',
  join,
  page: pageOf(headSeq, parts),
})
export const live = (seq: number, epoch = ONE, data: unknown = seq): LogInput => ({
  type: 'live',
  epoch,
  events: [entryOf(seq, data)],
})
/** Live events that come together: messages by their `seq`, and volatile events by their data. */
export const pack = (events: readonly (number | string)[], epoch = ONE): LogInput => ({
  type: 'live',
  epoch,
  events: events.map((event) =>
    typeof event === 'number' ? entryOf(event, event) : { event: 'cursor', data: event, from: null, at: 1 },
  ),
})
export const head = (seq: number, epoch = ONE, previous?: { epoch: string; head: number }): LogInput => ({
  type: 'head',
  epoch,
  seq,
  previous,
})
export const retry = (join: number): LogInput => ({ type: 'retry', join })

/** The log's outputs for these inputs, in order, as text. */
export function follow(inputs: readonly LogInput[], limit?: ConstructorParameters<typeof RoomLog>[0]) {
  const log = new RoomLog(limit)
  const outputs = inputs.flatMap((input) => log.step(input).map(inWords))
  return { log, outputs }
}

function pageOf(headSeq: number, { first = 1, entries = [], epoch = ONE, continues }: PageParts): LogPage {
  return { epoch, head: headSeq, first, continues, entries: entries.map((seq) => entryOf(seq, seq)) }
}

function entryOf(seq: number, data: unknown): Entry {
  return { event: 'message', data, seq, id: `ann:${seq}`, from: null, at: seq }
}

export function inWords(output: LogOutput): string {
  switch (output.type) {
    case 'deliver':
      return `${output.entry.seq}${output.replayed ? ' replayed' : ''}`
    case 'volatile':
      return `volatile ${String(output.event.data)}`
    case 'gap':
      return `gap ${output.gap.from ?? '?'} to ${output.gap.to ?? '?'}: ${output.gap.reason}`
    case 'fetch':
      return `fetch after ${output.after} of ${output.epoch}${output.isRepeat ? ', a moment later' : ''}`
    case 'continued':
      return `continued in ${output.epoch}`
    case 'distrust':
    case 'rejoin':
      return output.type
  }
}
