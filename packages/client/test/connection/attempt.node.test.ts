import { RoomfulError } from '@roomful/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFakeConnection, roomfulServer, unreachable } from '../support/fake-connection.ts'

afterEach(() => vi.restoreAllMocks())

describe('CN3 an attempt ends within connectTimeoutMs', () => {
  test('without an answer of the server it fails with TIMEOUT and the time of the next attempt', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { start, pass, state, calls } = createFakeConnection({ connectTimeoutMs: 10_000 })
    await start()
    await pass(9_999)
    expect(state()).toEqual({ status: 'connecting', since: Date.now() - 9_999 })
    await pass(1)
    expect(state()).toMatchObject({
      status: 'reconnecting',
      reason: 'transport',
      attempt: 1,
      nextAttemptAt: Date.now() + 125,
      error: { code: 'TIMEOUT', message: 'the server did not answer within 10000 ms' },
    })
    expect(calls).toEqual([['open', {}], 'close'])
    await pass(124)
    expect(calls).toHaveLength(2)
    await pass(1)
    expect(calls).toEqual([['open', {}], 'close', ['open', {}]])
  })

  test('credentials and network share the time', async () => {
    const auth = () => new Promise<{ token: string }>((resolve) => setTimeout(resolve, 6_000, { token: 'a' }))
    const { start, pass, statuses } = createFakeConnection({ auth })
    await start()
    await pass(6_000)
    await pass(3_999)
    expect(statuses).toEqual(['connecting'])
    await pass(1)
    expect(statuses).toEqual(['connecting', 'reconnecting transport'])
  })

  test('the wait for the $hello is part of it; a server without one is UNSUPPORTED, and another attempt follows', async () => {
    const { connection, start, pass, state } = createFakeConnection({ known: null })
    await start()
    await pass(9_000)
    connection.opened('a', false)
    await pass(999)
    expect(state().status).toBe('connecting')
    await pass(1)
    expect(state()).toMatchObject({ status: 'reconnecting', reason: 'server', error: { code: 'UNSUPPORTED' } })
  })

  test('a server that sends CONNECT repeatedly does not prolong it', async () => {
    const { connection, start, pass, statuses } = createFakeConnection({ known: null, connectTimeoutMs: 1_000 })
    await start()
    for (let time = 0; time < 1_000; time += 100) {
      connection.opened('again', false)
      await pass(100)
    }
    expect(statuses).toEqual(['connecting', 'reconnecting server'])
  })

  test('the reason is offline if the browser says so', async () => {
    vi.stubGlobal('navigator', { onLine: false })
    const { connection, start, state } = createFakeConnection()
    await start()
    connection.failed(unreachable, false)
    expect(state()).toMatchObject({ status: 'reconnecting', reason: 'offline', error: unreachable })
    vi.unstubAllGlobals()
  })
})

describe('CN4 an attempt that has ended', () => {
  test.each<[string, (fake: ReturnType<typeof createFakeConnection>) => void]>([
    ['opened', ({ connection }) => connection.opened('late', true)],
    ['a failure', ({ connection }) => connection.failed(unreachable, false)],
    ['a refusal', ({ connection }) => connection.failed(new RoomfulError('FORBIDDEN', 'no'), true)],
    ['a close', ({ connection }) => connection.closed(unreachable, false)],
  ])('changes nothing by %s while the client waits for the next attempt', async (_name, happen) => {
    const fake = createFakeConnection({ connectTimeoutMs: 100 })
    await fake.start()
    await fake.pass(100)
    const before = fake.state()
    happen(fake)
    expect(fake.state()).toBe(before)
    expect(fake.connects).toEqual([])
  })

  test('has a hello that does not count for the next attempt', async () => {
    const { connection, start, pass, connects } = createFakeConnection({ known: null })
    await start()
    connection.onServerInfo(roomfulServer)
    connection.failed(unreachable, false)
    await pass(5_000)
    connection.opened('b', false)
    expect(connects).toEqual([])
    connection.onServerInfo({ ...roomfulServer, user: { id: 'bob' } })
    expect(connects).toEqual([{ user: { id: 'bob' }, recovered: false }])
  })

  test('is closed before the next one begins', async () => {
    const { connection, start, pass, calls } = createFakeConnection({ connectTimeoutMs: 50 })
    await start()
    for (let round = 0; round < 20; round += 1) {
      connection.closed(unreachable, false)
      await pass(round % 2 ? 10_000 : 30)
    }
    const opens = calls.flatMap((call, index) => (call === 'close' ? [] : [index]))
    expect(opens.length).toBeGreaterThan(5)
    for (const index of opens.slice(1)) expect(calls[index - 1]).toBe('close')
  })
})

describe('CN5 the wait for the next attempt', () => {
  test('grows with each failed attempt and starts again after a connect', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { connection, start, pass, state } = createFakeConnection({ reconnect: { minDelayMs: 100, maxDelayMs: 300 } })
    const waits: number[] = []
    const fail = async (): Promise<void> => {
      connection.closed(unreachable, false)
      const now = state()
      if (now.status === 'reconnecting') waits.push(now.nextAttemptAt - Date.now())
      await pass(300)
    }
    await start()
    for (let count = 0; count < 4; count += 1) await fail()
    connection.opened('a', false)
    await pass(10_000)
    await fail()
    expect(waits).toEqual([100, 200, 300, 300, 100])
  })

  test('C25 grows also after connections that ended within 10 s', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { connection, start, pass, state } = createFakeConnection({ reconnect: { minDelayMs: 100 } })
    const waits: number[] = []
    await start()
    for (let count = 0; count < 5; count += 1) {
      connection.opened('a', false)
      await pass(9_999)
      connection.closed(unreachable, false)
      const now = state()
      if (now.status === 'reconnecting') waits.push(now.nextAttemptAt - Date.now())
      await pass(5_000)
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600])
  })

  test('is at least what the server asked for, but at most five minutes', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const waits: number[] = []
    for (const after of [2_000, 10, -1, 1e12, Number.NaN, '9000', undefined]) {
      const { connection, start, state } = createFakeConnection({ reconnect: { minDelayMs: 100 } })
      await start()
      connection.failed(new RoomfulError('RATE', 'slow down', { refusal: { code: 'RATE', data: { after } } }), true)
      const now = state()
      if (now.status === 'reconnecting') waits.push(now.nextAttemptAt - Date.now())
      connection.stop('client')
    }
    expect(waits).toEqual([2_000, 50, 50, 300_000, 50, 50, 50])
  })
})

describe('CN8 after too many failures', () => {
  test.each([
    [0, 1],
    [2, 3],
  ])('with attempts: %i the client stops after failure %i', async (attempts, failures) => {
    const { connection, start, pass, state, opens } = createFakeConnection({ reconnect: { attempts } })
    await start()
    for (let failed = 1; failed < failures; failed += 1) {
      connection.failed(unreachable, false)
      expect(state()).toMatchObject({ status: 'reconnecting', attempt: failed })
      await pass(5_000)
    }
    connection.failed(unreachable, false)
    expect(state()).toMatchObject({
      status: 'disconnected',
      reason: 'exhausted',
      error: {
        code: 'EXHAUSTED',
        message: `gave up after ${failures} attempt${failures > 1 ? 's' : ''}: ${unreachable.message}`,
        cause: unreachable,
      },
    })
    await pass(60_000)
    expect(opens()).toBe(failures)
  })

  test('C25 an attempt whose connection ends within 10 s has failed', async () => {
    const { connection, start, pass, state } = createFakeConnection({ reconnect: { attempts: 1 } })
    await start()
    for (const lastsMs of [10_000, 20_000, 9_000]) {
      connection.opened('a', false)
      await pass(lastsMs)
      connection.closed(unreachable, false)
      await pass(5_000)
    }
    expect(state()).toMatchObject({ status: 'disconnected', reason: 'exhausted' })
  })

  test('a connection that is lost with attempts: 0 is reported as one stop', async () => {
    const { connection, start, losses } = createFakeConnection({ reconnect: { attempts: 0 } })
    await start()
    connection.opened('a', false)
    connection.closed(unreachable, false)
    expect(losses).toEqual([{ code: 'EXHAUSTED', isStopped: true }])
  })
})

test('CN11 no way to stop leaves a timer', async () => {
  for (const reason of ['client', 'kicked', 'refused', 'exhausted'] as const) {
    for (const moment of ['attempt', 'hello', 'connected', 'waiting']) {
      const { connection, start } = createFakeConnection({ known: null })
      await start()
      if (moment === 'hello' || moment === 'connected') connection.opened('a', false)
      if (moment === 'connected') connection.onServerInfo(roomfulServer)
      if (moment === 'waiting') connection.failed(unreachable, false)
      connection.stop(reason)
      expect([moment, reason, vi.getTimerCount()]).toEqual([moment, reason, 0])
    }
  }
})
