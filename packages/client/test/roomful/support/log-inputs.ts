import type { Entry } from '@roomful/contract/protocol'
import { type LogPage, RoomLog, type RoomLogOutput } from '../../../src/roomful/log.ts'

/** Tells the log that something happened. */
export type RoomLogInput = (log: RoomLog) => readonly RoomLogOutput[] | void

export const ONE = 'epoch-one'
export const TWO = 'epoch-two'

interface PageParts {
  readonly first?: number
  readonly entries?: readonly number[]
  readonly epoch?: string
}

export const joining: RoomLogInput = (log) => log.joining()
export const away: RoomLogInput = (log) => log.away()
export const left: RoomLogInput = (log) => log.left()
export const joined =
  (head: number, parts: PageParts = {}): RoomLogInput =>
  (log) =>
    log.joined(pageOf(head, parts))
export const page =
  (join: number, head: number, parts: PageParts = {}): RoomLogInput =>
  (log) =>
    log.page(join, pageOf(head, parts))
export const live =
  (seq: number, epoch = ONE, data: unknown = seq): RoomLogInput =>
  (log) =>
    log.heard(epoch, seq, entryOf(seq, data))
export const head =
  (seq: number, epoch = ONE): RoomLogInput =>
  (log) =>
    log.heard(epoch, seq)
export const retry =
  (join: number): RoomLogInput =>
  (log) =>
    log.retry(join)

/** What the log says to these inputs, in order, in words. */
export function follow(inputs: readonly RoomLogInput[], bound?: RoomLog['bound']) {
  const log = new RoomLog(bound)
  const said = inputs.flatMap((input) => (input(log) ?? []).map(inWords))
  return { log, said }
}

function pageOf(headSeq: number, { first = 1, entries = [], epoch = ONE }: PageParts): LogPage {
  return { epoch, head: headSeq, first, entries: entries.map((seq) => entryOf(seq, seq)) }
}

function entryOf(seq: number, data: unknown): Entry {
  return { event: 'message', data, seq, id: `ann:${seq}`, from: null, at: seq }
}

function inWords(output: RoomLogOutput): string {
  switch (output.type) {
    case 'deliver':
      return `${output.entry.seq}${output.replayed ? ' replayed' : ''}`
    case 'gap':
      return `gap ${output.gap.from ?? '?'} to ${output.gap.to ?? '?'}: ${output.gap.reason}`
    case 'fetch':
      return `fetch after ${output.after} of ${output.epoch}${output.isRepeat ? ', a moment later' : ''}`
    case 'rejoin':
      return 'rejoin'
  }
}
