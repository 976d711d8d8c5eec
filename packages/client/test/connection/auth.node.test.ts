import { RoomfulError, type Auth, type AuthContext } from '@roomful/client'
import { describe, expect, test, vi } from 'vitest'
import { createFakeConnection, unreachable } from '../support/fake-connection.ts'

const forbidden = new RoomfulError('FORBIDDEN', 'the server refused the connection: no', {
  refusal: { code: 'FORBIDDEN', message: 'no', data: { code: 'FORBIDDEN' } },
})

describe('CN7 auth', () => {
  test.each<[string, Auth | undefined, object]>([
    ['{} where there is no auth', undefined, {}],
    ['an object as it is', { token: 'a' }, { token: 'a' }],
    ['the result of a function', () => ({ token: 'a' }), { token: 'a' }],
    ['the result of an async function', async () => ({ token: 'a' }), { token: 'a' }],
    ['{} where the function gives nothing', async () => undefined, {}],
  ])('sends %s', async (_name, auth, sent) => {
    const { start, calls } = createFakeConnection({ auth })
    await start()
    expect(calls).toEqual([['open', sent]])
  })

  const failure = new Error('the token service is down')
  const failing: readonly [string, () => unknown, object][] = [
    ['throws', () => raise(failure), { cause: failure, message: expect.stringContaining('auth failed') as string }],
    ['rejects', () => Promise.reject(failure), { cause: failure }],
    ['rejects with nothing', () => Promise.reject(), { cause: undefined }],
    ['gives a string', () => 'token', { message: 'auth must give an object, such as { token }, got "token"' }],
    ['gives null', async () => null, { message: 'auth must give an object, such as { token }, got null' }],
    ['gives a list', async () => ['a'], { message: 'auth must give an object, such as { token }, got an array' }],
    ['gives a function', () => raise, { message: 'auth must give an object, such as { token }, got function' }],
    [
      'gives data without a JSON form',
      () => ({ id: 1n }),
      { message: 'the credentials that auth gave cannot be encoded' },
    ],
  ]
  test.each(failing)(
    'that %s is a failed attempt with reason auth, and another attempt follows',
    async (_name, auth, error) => {
      const { start, pass, state, calls, opens } = createFakeConnection({ auth: auth as Auth })
      await start()
      expect(state()).toMatchObject({
        status: 'reconnecting',
        reason: 'auth',
        error: { code: 'AUTH_FAILED', ...error },
      })
      await pass(20_000)
      expect(state()).toMatchObject({
        status: 'reconnecting',
        attempt: expect.toSatisfy((n: number) => n > 1) as number,
      })
      expect(opens()).toBe(0)
      expect(calls).not.toHaveLength(0)
    },
  )

  test('that hangs ends the attempt in time: its signal is aborted, and its late answer is not used', async () => {
    const asked: AuthContext[] = []
    const answers: ((credentials: object) => void)[] = []
    const auth = (context: AuthContext) => {
      asked.push(context)
      return new Promise<Record<string, unknown>>((resolve) => answers.push(resolve as () => void))
    }
    const { start, pass, state, calls, opens } = createFakeConnection({ auth, connectTimeoutMs: 1_000 })
    await start()
    await pass(999)
    expect(asked[0]?.signal.aborted).toBe(false)
    await pass(1)
    expect(asked[0]?.signal.aborted).toBe(true)
    expect(state()).toMatchObject({
      reason: 'auth',
      error: { code: 'AUTH_FAILED', message: 'auth did not answer within 1000 ms' },
    })
    await pass(500)
    expect(asked).toHaveLength(2)
    answers[0]?.({ token: 'late' })
    await pass(0)
    expect(opens()).toBe(0)
    answers[1]?.({ token: 'in time' })
    await pass(0)
    expect(calls.at(-1)).toEqual(['open', { token: 'in time' }])
  })

  test('that rejects late changes nothing and is no unhandled rejection', async () => {
    const late: ((error: Error) => void)[] = []
    const auth = () => new Promise<never>((_resolve, reject) => late.push(reject))
    const { connection, start, pass, state } = createFakeConnection({ auth })
    await start()
    connection.stop('client')
    late[0]?.(new Error('too late'))
    await pass(0)
    expect(state()).toEqual({ status: 'disconnected', reason: 'client' })
  })

  test('has a signal that a disconnect aborts and a connect does not', async () => {
    const signals: AbortSignal[] = []
    const auth = ({ signal }: AuthContext) => {
      signals.push(signal)
      return {}
    }
    const { connection, start } = createFakeConnection({ auth })
    await start()
    connection.opened('a', false)
    expect(signals[0]?.aborted).toBe(false)
    connection.stop('client')
    await start()
    connection.stop('client')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  })
})

describe('CN6 a refusal', () => {
  test('asks auth at once for other credentials, with reason refused', async () => {
    const reasons: string[] = []
    const auth = ({ reason }: AuthContext) => ({ token: reasons.push(reason) })
    const { connection, start, pass, statuses, calls } = createFakeConnection({ auth })
    await start()
    connection.failed(forbidden, true)
    await pass(0)
    expect(reasons).toEqual(['connect', 'refused'])
    expect(calls).toEqual([['open', { token: 1 }], 'close', ['open', { token: 2 }]])
    connection.opened('a', false)
    expect(statuses).toEqual(['connecting', 'connected'])
  })

  test('twice in a row disconnects', async () => {
    const auth = vi.fn<Extract<Auth, Function>>(() => ({}))
    const { connection, start, pass, state } = createFakeConnection({ auth })
    await start()
    connection.failed(forbidden, true)
    await pass(0)
    connection.failed(forbidden, true)
    await pass(60_000)
    expect(state()).toEqual({ status: 'disconnected', reason: 'refused', error: forbidden })
    expect(auth).toHaveBeenCalledTimes(2)
  })

  test('disconnects at once if auth is no function', async () => {
    for (const auth of [undefined, { token: 'a' }]) {
      const { connection, start, state } = createFakeConnection({ auth })
      await start()
      connection.failed(forbidden, true)
      expect(state()).toMatchObject({ status: 'disconnected', reason: 'refused' })
    }
  })

  test('F19 asks auth again with the same reason until it has given credentials', async () => {
    const reasons: string[] = []
    const auth = async ({ reason }: AuthContext) => {
      reasons.push(reason)
      if (reason === 'refused' && reasons.length < 5) throw new Error('the refresh endpoint is down')
      return { token: reason === 'refused' ? 'fresh' : 'stale' }
    }
    const { connection, start, pass, statuses, calls } = createFakeConnection({ auth })
    await start()
    connection.failed(forbidden, true)
    await pass(10_000)
    expect(reasons).toEqual(['connect', 'refused', 'refused', 'refused', 'refused'])
    expect(calls.at(-1)).toEqual(['open', { token: 'fresh' }])
    connection.opened('a', false)
    expect(statuses).toEqual(['connecting', 'reconnecting auth', 'reconnecting auth', 'reconnecting auth', 'connected'])
  })

  test('counts as the first again after a connect', async () => {
    const auth = vi.fn<Extract<Auth, Function>>(() => ({}))
    const { connection, start, pass, state } = createFakeConnection({ auth })
    await start()
    for (let round = 0; round < 3; round += 1) {
      connection.failed(forbidden, true)
      await pass(0)
      connection.opened('a', false)
      connection.closed(unreachable, false)
      await pass(5_000)
    }
    expect(state()).toMatchObject({ status: 'reconnecting' })
    expect(auth.mock.calls.map(([{ reason }]) => reason)).toEqual([
      'connect',
      'refused',
      'connect',
      'refused',
      'connect',
      'refused',
      'connect',
    ])
  })

  test.each(['RATE', 'UNAVAILABLE', 'CLOSING', 'LIMIT'])(
    'with the temporary code %s is retried, with reason connect',
    async (code) => {
      const reasons: string[] = []
      const auth = ({ reason }: AuthContext) => ({ token: reasons.push(reason) })
      const { connection, start, pass, state } = createFakeConnection({ auth })
      await start()
      const passing = new RoomfulError(code, 'not now', { refusal: { code } })
      connection.failed(passing, true)
      expect(state()).toMatchObject({ status: 'reconnecting', reason: 'server', error: passing })
      await pass(10_000)
      expect(reasons).toEqual(['connect', 'connect'])
    },
  )
})

function raise(error: Error): never {
  throw error
}
