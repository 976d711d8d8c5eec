import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Schemas } from '../../src/events/schemas.ts'
import { RoomInbox } from '../../src/rooms/room-inbox.ts'
import { readHistoryAnswer, readJoinAnswer } from '../../src/roomful/wire-messages.ts'
import { joinAnswer, metaOf } from '../rooms/support/scripted-server.ts'

const entry = (seq: number) => ({ event: 'm', data: seq, seq, id: `ann:${seq}`, from: null, at: seq })

describe.each([
  ['$join', readJoinAnswer],
  ['$history', readHistoryAnswer],
])('CN12 RL7 a page in the answer to %s', (_request, read) => {
  test.each([
    ['a first that is far beyond the head', joinAnswer({ head: 5, first: 9e15 })],
    ['a first just beyond where the next one will be', joinAnswer({ head: 5, first: 7 })],
    ['an entry beyond the head', joinAnswer({ head: 5, entries: [entry(5), entry(6)] })],
  ])('is not believed where it has %s', (_what, page) => {
    expect(() => read(page)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })
  test('may say that the log is empty, or has forgotten all', () => {
    expect(read(joinAnswer())).toMatchObject({ head: 0, first: 1 })
    expect(read(joinAnswer({ head: 5, first: 6 }))).toMatchObject({ head: 5, first: 6 })
  })
})

describe('CN11 RL9 a fetch that fails', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** In a room, and a hole is being fetched. */
  function startFetch() {
    let fail = (_error: RoomfulError): void => {}
    const inbox = new RoomInbox('general', {
      schemas: new Schemas(undefined, () => {}),
      report: (error) => {
        throw error
      },
      fetch: () => new Promise((_resolve, reject) => (fail = reject)),
      rejoin() {},
    })
    inbox.joining()
    inbox.joined(joinAnswer())
    inbox.receive('m', 2, metaOf('general', 2))
    return {
      inbox,
      async failed() {
        fail(new RoomfulError('DISCONNECTED', 'the connection ended'))
        await vi.advanceTimersByTimeAsync(0)
      },
    }
  }

  test('is repeated a moment later', async () => {
    const { failed } = startFetch()
    await failed()
    expect(vi.getTimerCount()).toBe(1)
  })
  test.each(['away', 'left'] as const)('leaves no timer behind where we are %s', async (where) => {
    const { inbox, failed } = startFetch()
    inbox[where]()
    await failed()
    expect(vi.getTimerCount()).toBe(0)
  })
})
