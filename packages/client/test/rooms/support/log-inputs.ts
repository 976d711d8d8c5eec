import type { Entry } from '@roomful/client'
import {
  type LogPage,
  newRoomLog,
  type RoomLog,
  roomLog,
  type RoomLogInput,
  type RoomLogOutput,
} from '../../../src/room/room-log.ts'

export const ONE = 'epoch-one'
export const TWO = 'epoch-two'

interface PageParts {
  readonly first?: number
  readonly entries?: readonly number[]
  readonly epoch?: string
}

export const joining: RoomLogInput = { type: 'joining' }
export const away: RoomLogInput = { type: 'away' }
export const left: RoomLogInput = { type: 'left' }
export const joined = (head: number, parts: PageParts = {}): RoomLogInput => ({
  type: 'joined',
  page: pageOf(head, parts),
})
export const page = (join: number, head: number, parts: PageParts = {}): RoomLogInput => ({
  type: 'page',
  join,
  page: pageOf(head, parts),
})
export const live = (seq: number, epoch = ONE, data: unknown = seq): RoomLogInput => ({
  type: 'live',
  epoch,
  entry: entryOf(seq, data),
})
export const head = (seq: number, epoch = ONE): RoomLogInput => ({ type: 'head', epoch, seq })
export const retry = (join: number): RoomLogInput => ({ type: 'retry', join })

/** What the log says to these inputs, in order, in words. */
export function follow(inputs: readonly RoomLogInput[], bound?: RoomLog['bound']) {
  let log = newRoomLog(bound)
  const said: string[] = []
  for (const input of inputs) {
    const step = roomLog(log, input)
    log = step.log
    said.push(...step.outputs.map(inWords))
  }
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
