import { RoomfulError } from '@roomful/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectionState, type ConnectionEvent, type ConnectionState } from '../../src/connection/connection-state.ts'

type State = ConnectionState<unknown>
type Status = State['status']

const error = new RoomfulError('UNREACHABLE', 'unable to reach the server')
const guarantees = {
  rooms: 'plain',
  order: false,
  replay: false,
  exactlyOnce: false,
  durability: 'none',
  outbox: 'none',
} as const
const opened = { id: 'a', user: undefined, recovered: false, guarantees }
const retry = { reason: 'transport', error, attempt: 2, nextAttemptAt: 1_000, since: 500 } as const

const states: { readonly [S in Status]: Extract<State, { status: S }> } = {
  idle: { status: 'idle' },
  connecting: { status: 'connecting', since: 100 },
  connected: { status: 'connected', ...opened, id: 'before' },
  reconnecting: { status: 'reconnecting', ...retry, attempt: 1, since: 100 },
  disconnected: { status: 'disconnected', reason: 'kicked', error },
}

const events: { readonly [T in ConnectionEvent['type']]: Extract<ConnectionEvent, { type: T }> } = {
  connect: { type: 'connect', since: 100 },
  opened: { type: 'opened', ...opened },
  retry: { type: 'retry', ...retry },
  stopped: { type: 'stopped', reason: 'exhausted', error },
}

// Every status and every event: a new one does not compile until it was decided here. `-` leaves the state as it is.
const table: { readonly [S in Status]: { readonly [T in ConnectionEvent['type']]: Status | '-' } } = {
  idle: { connect: 'connecting', opened: '-', retry: '-', stopped: 'disconnected' },
  connecting: { connect: '-', opened: 'connected', retry: 'reconnecting', stopped: 'disconnected' },
  connected: { connect: '-', opened: 'connected', retry: 'reconnecting', stopped: 'disconnected' },
  reconnecting: { connect: '-', opened: 'connected', retry: 'reconnecting', stopped: 'disconnected' },
  disconnected: { connect: 'connecting', opened: '-', retry: '-', stopped: '-' },
}

const facts = { connect: { since: 100 }, opened, retry, stopped: { reason: 'exhausted', error } }

describe('CN2 the state changes as in the table', () => {
  for (const [status, row] of Object.entries(table) as [Status, (typeof table)[Status]][])
    for (const [type, expected] of Object.entries(row) as [ConnectionEvent['type'], Status | '-'][])
      test(`${status} + ${type} = ${expected === '-' ? 'no change' : expected}`, () => {
        const before = states[status]
        const after = connectionState(before, events[type])
        if (expected === '-') expect(after).toBe(before)
        else {
          const isOutage = type === 'retry' && (status === 'connecting' || status === 'reconnecting')
          expect(after).toStrictEqual({ status: expected, ...facts[type], ...(isOutage && { since: 100 }) })
        }
      })

  test('a stop without an error has none', () => {
    const after = connectionState(states.connected, { type: 'stopped', reason: 'client' })
    expect(after).toStrictEqual({ status: 'disconnected', reason: 'client' })
  })

  test('in any order of events nothing throws, and the table holds', () => {
    const anyEvent = fc.constantFrom(...Object.values(events))
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 50 }), (happening) => {
        let state: State = states.idle
        for (const event of happening) {
          const before = state
          const expected = table[before.status][event.type]
          state = connectionState(before, event)
          if (expected === '-') expect(state).toBe(before)
          else expect(state.status).toBe(expected)
        }
      }),
    )
  })
})
