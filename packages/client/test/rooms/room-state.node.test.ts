import { RoomfulError, type RoomState } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { joinVerdict, type RoomEvent, roomState } from '../../src/rooms/room-state.ts'

const NO = refusal('FORBIDDEN')
const OTHER_NO = refusal('RATE')
const REMOVED = refusal('REMOVED')
const STOPPED = new RoomfulError('DISCONNECTED', 'disconnect() was called')

const left: RoomState = { status: 'left' }
const joining: RoomState = { status: 'joining' }
const leaving: RoomState = { status: 'leaving' }
const joined: RoomState = { status: 'joined', acknowledged: true }
const assumed: RoomState = { status: 'joined', acknowledged: false }
const away: RoomState = { status: 'suspended', wasJoined: true }
const awayBefore: RoomState = { status: 'suspended', wasJoined: false }
const stopped: RoomState = { status: 'suspended', wasJoined: true, error: STOPPED }
const stoppedBefore: RoomState = { status: 'suspended', wasJoined: false, error: STOPPED }
const failed: RoomState = { status: 'failed', error: NO }
const failedAgain: RoomState = { status: 'failed', error: OTHER_NO }
const removed: RoomState = { status: 'failed', error: REMOVED }

const states = {
  left,
  joining,
  leaving,
  joined,
  assumed,
  away,
  awayBefore,
  stopped,
  stoppedBefore,
  failed,
  failedAgain,
  removed,
} satisfies Record<string, RoomState>
type Name = keyof typeof states

const events = {
  join: { type: 'join' },
  leave: { type: 'leave' },
  done: { type: 'done' },
  accepted: { type: 'accepted', acknowledged: true },
  assumed: { type: 'accepted', acknowledged: false },
  refused: { type: 'refused', error: OTHER_NO },
  recovered: { type: 'up', recovered: true },
  up: { type: 'up', recovered: false },
  down: { type: 'down' },
  stopped: { type: 'down', error: STOPPED },
  out: { type: 'out', error: REMOVED },
} satisfies Record<string, RoomEvent>
type EventName = keyof typeof events

// Each variant of each status, and each variant of each event. '-': nothing changes.
const TABLE: Record<Name, Record<EventName, Name | '-'>> = {
  left: row('joining  -        -     -       -        -            -        -        -           -  -'),
  joining: row(
    '-        leaving  -     joined  assumed  failedAgain  -        -        awayBefore  stoppedBefore  removed',
  ),
  leaving: row('joining  -        left  -       -        -            -        -        left        left  -'),
  joined: row('-        leaving  -     -       assumed  failedAgain  -        joining  away        stopped  removed'),
  assumed: row('-        leaving  -     joined  -        failedAgain  -        joining  away        stopped  removed'),
  away: row('-        left     -     -       -        -            joined   joining  -           stopped  -'),
  awayBefore: row(
    '-        left     -     -       -        -            joining  joining  -           stoppedBefore  -',
  ),
  stopped: row('-        left     -     -       -        -            joined   joining  away        -  -'),
  stoppedBefore: row('-        left     -     -       -        -            joining  joining  awayBefore  -  -'),
  failed: row('joining  left     -     -       -        -            joining  joining  -           -  removed'),
  failedAgain: row(
    'joining  left     -     -       -        -            joining  joining  -           stoppedBefore  removed',
  ),
  removed: row('joining  left     -     -       -        -            joining  joining  -           -  removed'),
}

/** One cell for each event, in the order of `events`. */
function row(results: string): Record<EventName, Name | '-'> {
  const cells = results.split(/\s+/) as (Name | '-')[]
  const names = Object.keys(events) as EventName[]
  if (cells.length !== names.length) throw new Error(`a row has ${names.length} cells, got ${cells.length}`)
  return Object.fromEntries(names.map((name, index) => [name, cells[index]])) as Record<EventName, Name | '-'>
}

describe.each(Object.keys(states) as Name[])('RM1 %s', (from) => {
  test.each(Object.entries(TABLE[from]) as [EventName, Name | '-'][])('%s: %s', (event, to) => {
    const next = roomState(states[from], events[event])
    expect(next).toEqual(to === '-' ? states[from] : states[to])
    expect(next === states[from]).toBe(to === '-') // the same object: no listener is called
  })
})

describe('RM10 join() in the state', () => {
  const verdicts: Record<Name, string | undefined> = {
    left: 'LEFT',
    joining: undefined,
    leaving: 'LEFT',
    joined: 'joined',
    assumed: 'joined',
    away: undefined,
    awayBefore: undefined,
    stopped: 'DISCONNECTED',
    stoppedBefore: 'DISCONNECTED',
    failed: 'FORBIDDEN',
    failedAgain: 'RATE',
    removed: 'REMOVED',
  }
  test.each(Object.entries(verdicts) as [Name, string | undefined][])('%s ends with %s', (name, expected) => {
    const verdict = joinVerdict(states[name])
    expect(verdict === true ? 'joined' : verdict?.code).toBe(expected)
  })
})
