import { RoomfulError, type RoomState } from '@roomful/client'
import type { Hello } from '@roomful/contract/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Outbox } from '../../src/roomful/outbox/outbox.ts'
import { RoomfulRoom } from '../../src/roomful/roomful-room.ts'
import { readHello, readPage, refusedBy } from '../../src/roomful/wire-messages.ts'
import { createFakeHost } from './support/fake-host.ts'
import { createFakeCore } from '../support/fake-core.ts'
import { helloWith, joinAnswer, metaOf } from '../rooms/support/scripted-server.ts'

const entry = (seq: number) => ({ event: 'm', data: seq, seq, id: `ann:${seq}`, from: null, at: seq })

describe.each(['$join', '$history'])('CN12 RL7 a page in the answer to %s', (request) => {
  const read = (answer: object) => readPage(request, answer, 200, false)
  test.each([
    ['a first far beyond the head', joinAnswer({ head: 5, first: 9e15 })],
    ['a first just beyond the next seq', joinAnswer({ head: 5, first: 7 })],
    ['an entry beyond the head', joinAnswer({ head: 5, entries: [entry(5), entry(6)] })],
  ])('is refused with %s', (_what, page) => {
    expect(() => read(page)).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })
  test('may be of an empty log, or of one that has dropped all messages', () => {
    expect(read(joinAnswer())).toMatchObject({ head: 0, first: 1 })
    expect(read(joinAnswer({ head: 5, first: 6 }))).toMatchObject({ head: 5, first: 6 })
  })
})

describe('CN11 RL9 a fetch that fails', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** A joined room that fetches a missing message. */
  async function startFetch() {
    const fetches: { reject(error: RoomfulError): void }[] = []
    const host = createFakeHost()
    const room = new RoomfulRoom(host, {
      core: createFakeCore(),
      outbox: { step() {}, close() {} } as unknown as Outbox,
      hello: readHello(helloWith()) as Hello,
      hasBye: false,
      join: async () => joinAnswer(),
      request: () => new Promise((_resolve, reject) => fetches.push({ reject })),
    })
    const go = (status: 'joining' | 'joined' | 'suspended' | 'left'): void => {
      host.state = { status } as RoomState
      room.onState(host.state)
    }
    go('joining')
    const answer = await room.join(undefined)
    go('joined')
    room.onJoined(answer, true)
    room.receive('m', 2, metaOf('general', 2))
    return {
      room,
      go,
      fetches,
      async fail(error = new RoomfulError('DISCONNECTED', 'the connection ended')) {
        fetches.at(-1)?.reject(error)
        await vi.advanceTimersByTimeAsync(0)
      },
    }
  }

  test('is repeated after 1 to 2 s', async () => {
    const { fetches, fail } = await startFetch()
    await fail()
    await vi.advanceTimersByTimeAsync(999)
    expect(fetches).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(fetches).toHaveLength(2)
  })
  test('is repeated no sooner than the server asked for', async () => {
    const { fetches, fail } = await startFetch()
    await fail(refusedBy({ code: 'RATE', message: 'too many', after: 4_000 }))
    await vi.advanceTimersByTimeAsync(3_999)
    expect(fetches).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2_001)
    expect(fetches).toHaveLength(2)
  })
  test.each(['suspended', 'left'] as const)('leaves no timer where the room is %s before it fails', async (status) => {
    const { go, fail } = await startFetch()
    go(status)
    await fail()
    expect(vi.getTimerCount()).toBe(0)
  })
  test.each(['suspended', 'left'] as const)('leaves no timer where the room is %s after it failed', async (status) => {
    const { go, fail } = await startFetch()
    await fail()
    expect(vi.getTimerCount()).toBe(1)
    go(status)
    expect(vi.getTimerCount()).toBe(0)
  })
})
