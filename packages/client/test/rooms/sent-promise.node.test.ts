import { createTimeline, plainRooms, type Receipt, RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createReporting } from '../../src/reporting.ts'
import { sentPromise } from '../../src/rooms/sent-promise.ts'
import { startClient } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

let warn = vi.spyOn(console, 'warn')
beforeEach(() => {
  vi.useFakeTimers()
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const NOT_MEMBER = new RoomfulError('NOT_MEMBER', 'join it first')

/** Sends like a room does. Each receipt rejects: `after` a while, or at once. */
function createSend(reject: () => Promise<Receipt>) {
  const reporting = createReporting({ onError: () => {}, onInvalid: () => {} })
  return (event = 'm') => sentPromise(reject(), reporting, event, 'general')
}

/** Later than any failure and its warning. */
const settled = () => vi.advanceTimersByTimeAsync(100)

const failures: [string, () => Promise<Receipt>][] = [
  ['that fails at once', () => Promise.reject(NOT_MEMBER)],
  ['that fails later', () => new Promise((_resolve, reject) => setTimeout(reject, 5, NOT_MEMBER))],
]

type Send = ReturnType<typeof createSend>
const observers: [string, (send: Send) => unknown][] = [
  [
    'awaited',
    async (send) => {
      try {
        await send()
      } catch {}
    },
  ],
  ['given to then', (send) => send().then(undefined, () => {})],
  ['given to then with one callback', (send) => Promise.allSettled([send().then(() => {})])],
  ['caught', (send) => send().catch(() => {})],
  ['given to finally', (send) => Promise.allSettled([send().finally(() => {})])],
  ['returned by an async function', async (send) => Promise.allSettled([(async () => send())()])],
  [
    'returned through several async functions',
    async (send) => Promise.allSettled([(async () => (async () => (async () => send())())())()]),
  ],
  ['given to Promise.all', (send) => Promise.all([send(), send()]).catch(() => {})],
  ['given to Promise.race', (send) => Promise.race([send(), send()]).catch(() => {})],
  ['given to Promise.allSettled', (send) => Promise.allSettled([send()])],
  ['returned in a then', (send) => Promise.allSettled([Promise.resolve().then(() => send())])],
  [
    'awaited after other promises',
    async (send) => {
      const sent = send()
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
      await Promise.allSettled([sent])
    },
  ],
]

describe.each(failures)('EM10 a message %s', (_when, reject) => {
  test.each(observers)('does not warn if its promise is %s', async (_how, observe) => {
    expectNothingUncaught()
    const observed = observe(createSend(reject))
    await settled()
    await observed
    expect(warn).not.toHaveBeenCalled()
  })

  test('warns once in development if its promise is ignored', async () => {
    expectNothingUncaught()
    const send = createSend(reject)
    void send()
    void send()
    await settled()
    void send()
    await settled()
    expect(warn.mock.calls).toEqual([
      ['roomful: room.emit("m") failed, and its promise had no handler: NOT_MEMBER: join it first'],
    ])
  })

  test('warns of another event apart', async () => {
    const send = createSend(reject)
    void send('m')
    void send('n')
    await settled()
    expect(warn).toHaveBeenCalledTimes(2)
  })

  test('does not warn in production', async () => {
    expectNothingUncaught()
    vi.stubEnv('NODE_ENV', 'production')
    void createSend(reject)()
    await settled()
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('EM10 the promise of room.emit and room.send', () => {
  test('is a promise that gives the receipt', async () => {
    const receipt: Receipt = { confirmed: false, id: 'a' }
    const sent = createSend(async () => receipt)()
    expect(sent).toBeInstanceOf(Promise)
    await expect(sent).resolves.toBe(receipt)
    expect(sent.then(() => {}).constructor).toBe(Promise)
  })

  test('does not warn where the app itself aborted the wait', async () => {
    void createSend(() => Promise.reject(new Error('the page was left')))()
    await settled()
    expect(warn).not.toHaveBeenCalled()
  })

  test('warns for an ignored timeline.send that no entry shows', async () => {
    expectNothingUncaught()
    const client = startClient('http://127.0.0.1:9', { autoConnect: false })
    const timeline = createTimeline(client.room('general'), 'message')
    void timeline.send({ text: 'hi' })
    await settled()
    expect(timeline.state.getState().entries).toHaveLength(0)
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/promise had no handler: NOT_MEMBER/))
  })

  test('warns for an ignored room.send with its code and sentence', async () => {
    expectNothingUncaught()
    const client = startClient('http://127.0.0.1:9', { autoConnect: false, rooms: plainRooms() })
    void client.room('general').send({ text: 'hi' })
    await settled()
    expect(warn.mock.calls.map(([text]) => text as string)).toEqual([
      'roomful: room.emit("message") failed, and its promise had no handler: NOT_MEMBER: unable to emit "message" to room general: join it first',
    ])
  })

  test('warns for data that the room cannot send', async () => {
    const client = startClient('http://127.0.0.1:9', { autoConnect: false })
    void client.room('general').emit('connect', {})
    await settled()
    expect(warn.mock.calls.flat().join()).toContain('INVALID_ARGUMENT: event name "connect" is reserved')
  })
})
