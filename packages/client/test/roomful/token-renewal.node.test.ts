import { type AuthContext, RoomfulError } from '@roomful/client'
import { defaultLimits, type Hello, wire } from '@roomful/contract/protocol'
import { describe, expect, test, vi } from 'vitest'
import type { Connection } from '../../src/connection/connection.ts'
import { endByServer } from '../../src/roomful/bye.ts'
import { renewalTime } from '../../src/roomful/renewal-time.ts'
import { TokenRenewal } from '../../src/roomful/token-renewal.ts'
import { createReporting } from '../../src/reporting.ts'
import { createFakeConnection, roomfulServer } from '../support/fake-connection.ts'
import { createFakeCore } from '../support/fake-core.ts'

interface FakeServer {
  /** How long a token lives, in milliseconds. */
  readonly lifeMs?: number
  readonly capabilities?: readonly string[]
  /** The server's clock, against that of the page. */
  readonly clockAheadMs?: number
  /** Answers `$auth`; a token that lives again unless given. */
  readonly answer?: (nth: number) => unknown
  readonly auth?: ((context: AuthContext) => Promise<object>) | undefined
  readonly hasAuth?: boolean
}

/** A client whose tokens end, and a server that ends the connection with them, on a clock that the test moves. */
function start({
  lifeMs = 30_000,
  capabilities = ['auth'],
  clockAheadMs = 0,
  hasAuth = true,
  ...given
}: FakeServer = {}) {
  const reasons: string[] = []
  const requests: unknown[] = []
  const reported: unknown[] = []
  const users: unknown[] = []
  const byes: number[] = []
  let running = 0
  let mostRunning = 0
  let endsAt = Infinity
  const serverNow = (): number => performance.now() + 1_000_000_000_000 + clockAheadMs
  const auth = async (context: AuthContext): Promise<object> => {
    reasons.push(context.reason)
    mostRunning = Math.max(mostRunning, (running += 1))
    try {
      return given.auth ? await given.auth(context) : await later(100, { token: reasons.length })
    } finally {
      running -= 1
    }
  }
  const fake = createFakeConnection({
    ...(hasAuth && { auth: (context: AuthContext) => renewal.ask(auth as never, context) }),
    known: null,
  })
  const { connection, pass } = fake
  const core = {
    ...createFakeCore(),
    connection: connection as Connection,
    reporting: createReporting({ onError: (error) => void reported.push(error), onInvalid: () => {} }),
  }
  Object.assign(core.settings, { auth: hasAuth ? auth : { token: 'fixed' } })
  const request = async (event: string, message: object): Promise<unknown> => {
    requests.push([event, message])
    if (given.answer) {
      const answer = given.answer(requests.length)
      if (answer instanceof Error) throw answer
      if (answer !== undefined) return answer
    }
    endsAt = serverNow() + lifeMs
    return later(20, { ok: true, now: serverNow(), expiresAt: endsAt })
  }
  const renewal = new TokenRenewal(core, { request }, (user) => void users.push(user))

  /** The server accepts the client. */
  function accept(): void {
    endsAt = serverNow() + lifeMs
    connection.opened('socket', false)
    connection.onServerInfo(roomfulServer)
    const hello: Hello = {
      v: 1,
      capabilities,
      limits: defaultLimits,
      user: { id: 'ada' },
      now: serverNow(),
      expiresAt: endsAt,
    }
    renewal.onConnected(hello)
  }
  /** Lets time pass; the server accepts each attempt, and ends each connection whose token has ended. */
  async function live(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      await pass(50)
      const isAsked = (fake.calls.at(-1) as unknown[])?.[0] === 'open'
      const { status } = connection.store.getState()
      if (isAsked && (status === 'connecting' || status === 'reconnecting')) accept()
      if (status === 'connected' && serverNow() >= endsAt) {
        byes.push(passed)
        endByServer(connection, { code: 'UNAUTHORIZED' })
      }
    }
  }
  return {
    ...fake,
    renewal,
    reasons,
    requests,
    reported,
    users,
    byes,
    live,
    accept,
    mostRunning: () => mostRunning,
    async connect() {
      connection.connect()
      await live(200)
      expect(connection.store.getState().status).toBe('connected')
    },
  }
}

function later<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value))
}

describe('CN22 the time of a renewal', () => {
  test('lies between 4/5 of the life and 5 s before its end', () => {
    expect(renewalTime(3_600_000, () => 0)).toBe(2_880_000)
    expect(renewalTime(3_600_000, () => 1)).toBe(3_595_000)
    expect(renewalTime(30_000, () => 0)).toBe(24_000)
    expect(renewalTime(30_000, () => 1)).toBe(25_000)
  })
  test('is half of the life where that is empty, and never less than 250 ms', () => {
    expect(renewalTime(24_000)).toBe(12_000)
    expect(renewalTime(10_000)).toBe(5_000)
    expect(renewalTime(1_000)).toBe(500)
    expect(renewalTime(100)).toBe(250)
  })
})

describe('CN22 P10 a renewal', () => {
  test('asks auth with reason expiring, and sends the credentials on the same connection', async () => {
    const { connect, live, reasons, requests, state, opens } = start()
    await connect()
    await live(23_000)
    expect(reasons).toEqual(['connect'])
    await live(4_000)
    expect(reasons).toEqual(['connect', 'expiring'])
    expect(requests).toEqual([[wire.auth, { auth: { token: 2 } }]])
    expect(state().status).toBe('connected')
    expect(opens()).toBe(1)
  })

  test('in an hour with tokens of 30 s the client is never without valid credentials', async () => {
    const { connect, live, reasons, byes, opens, mostRunning } = start()
    await connect()
    await live(3_600_000)
    expect(byes).toEqual([])
    expect(opens()).toBe(1)
    expect(reasons.length).toBeGreaterThanOrEqual(3_600 / 25)
    expect(reasons.length).toBeLessThanOrEqual(3_600 / 24 + 2)
    expect(mostRunning()).toBe(1)
  })

  test.each([-3_600_000, 3_600_000])('does not depend on the clock of the page: %i ms', async (clockAheadMs) => {
    const { connect, live, byes, reasons } = start({ clockAheadMs })
    await connect()
    await live(100_000)
    expect(byes).toEqual([])
    expect(reasons.length).toBeLessThan(7)
  })

  test('of a token that lives for years waits for its time', async () => {
    const { connect, live, reasons } = start({ lifeMs: 2 ** 40 })
    await connect()
    await live(600_000)
    expect(reasons).toEqual(['connect'])
  })

  test('follows at once after a sleep in which timers stood still, once', async () => {
    const { connect, live, reasons, byes, mostRunning } = start({ lifeMs: 600_000 })
    await connect()
    await live(60_000)
    vi.setSystemTime(Date.now() + 560_000) // the device slept: no timer ran
    await live(61_000)
    expect(reasons).toEqual(['connect', 'expiring'])
    vi.setSystemTime(Date.now() - 1_000_000) // the clock was put back
    await live(600_000)
    expect(byes).toEqual([])
    expect(mostRunning()).toBe(1)
  })

  test('is not made while disconnected: the attempt to connect asks', async () => {
    const { connect, live, pass, reasons, connection, requests } = start()
    await connect()
    await live(10_000)
    connection.failed(new RoomfulError('DISCONNECTED', 'the connection was lost'), false)
    await pass(60_000)
    expect(reasons.filter((reason) => reason === 'expiring')).toEqual([])
    expect(requests).toEqual([])
  })

  test.each([{ capabilities: [] }, { lifeMs: Number.NaN }])(
    'is not made where it makes no sense: %j',
    async (options) => {
      const { connect, live, reasons } = start(options)
      await connect()
      await live(29_000)
      expect(reasons).toEqual(['connect'])
    },
  )

  test('hands on the details of the user where they have changed', async () => {
    const { connect, live, users } = start({ answer: () => ({ ok: true, now: 0, user: { id: 'ada', name: 'Ada' } }) })
    await connect()
    await live(30_000)
    expect(users).toEqual([{ id: 'ada', name: 'Ada' }])
  })
})

describe('CN22 a renewal that fails', () => {
  test('is reported once, and repeated until the end; then auth is asked with reason refused', async () => {
    const failure = new Error('the token service is away')
    const { connect, live, reasons, reported, state, byes } = start({
      auth: async ({ reason }) => (reason === 'expiring' ? Promise.reject(failure) : { token: reason }),
    })
    await connect()
    await live(31_000)
    expect(reported).toMatchObject([{ code: 'AUTH_FAILED', cause: failure }])
    const attempts = reasons.filter((reason) => reason === 'expiring').length
    expect(attempts).toBeGreaterThanOrEqual(2)
    expect(attempts).toBeLessThanOrEqual(4)
    expect(byes).toHaveLength(1)
    expect(reasons.at(-1)).toBe('refused')
    expect(state().status).toBe('connected')
  })

  test.each([{ ok: false, code: 'REVOKED' }, { ok: false, code: 'UNAVAILABLE', after: 1_500 }, {}, undefined, 'x'])(
    'with the answer %j is repeated',
    async (answer) => {
      const { connect, live, reasons, byes } = start({ answer: (nth) => (nth === 1 ? (answer ?? null) : undefined) })
      await connect()
      await live(40_000)
      expect(reasons).toEqual(['connect', 'expiring', 'expiring'])
      expect(byes).toEqual([])
    },
  )

  test('with FORBIDDEN connects again, as the other user', async () => {
    const { connect, live, reasons, state, opens } = start({ answer: () => ({ ok: false, code: 'FORBIDDEN' }) })
    await connect()
    await live(27_000)
    expect(reasons).toEqual(['connect', 'expiring', 'connect'])
    expect(opens()).toBe(2)
    expect(state().status).toBe('connected')
  })

  test('because auth hangs is given up after connectTimeoutMs, and its signal is aborted', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0)
    const signals: AbortSignal[] = []
    const { connect, live, reported } = start({
      lifeMs: 120_000,
      auth: async ({ reason, signal }) => {
        if (reason !== 'expiring') return { token: 'x' }
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    await connect()
    await live(110_000)
    random.mockRestore()
    expect(signals[0]?.aborted).toBe(true)
    expect(reported).toMatchObject([{ code: 'AUTH_FAILED', message: 'auth did not answer within 10000 ms' }])
  })
})

describe('CN22 P10 auth never runs twice at once', () => {
  test('an attempt to connect uses the answer of a renewal that is asking', async () => {
    const { connect, live, connection, reasons, calls, mostRunning } = start({
      auth: ({ reason }) => later(reason === 'connect' ? 0 : 3_000, { token: reason }),
    })
    await connect()
    await live(25_200)
    expect(reasons).toEqual(['connect', 'expiring'])
    connection.failed(new RoomfulError('DISCONNECTED', 'the connection was lost'), false)
    await live(4_000)
    expect(reasons).toEqual(['connect', 'expiring'])
    expect(calls.at(-1)).toEqual(['open', { token: 'expiring' }])
    expect(mostRunning()).toBe(1)
  })

  test('an attempt after $bye UNAUTHORIZED waits for it, and then asks for other credentials', async () => {
    const { connect, live, connection, reasons, mostRunning, calls } = start({
      auth: ({ reason }) => later(reason === 'connect' ? 0 : 3_000, { token: reason }),
    })
    await connect()
    await live(25_200)
    endByServer(connection, { code: 'UNAUTHORIZED' })
    await live(7_000)
    expect(reasons).toEqual(['connect', 'expiring', 'refused'])
    expect(calls.at(-1)).toEqual(['open', { token: 'refused' }])
    expect(mostRunning()).toBe(1)
  })

  test('an attempt that times out ends the renewal that it waits for', async () => {
    const signals: AbortSignal[] = []
    const { connect, live, connection, reasons, state } = start({
      auth: async ({ reason, signal }) => {
        if (reason !== 'expiring') return { token: reason }
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    await connect()
    await live(25_200)
    connection.failed(new RoomfulError('DISCONNECTED', 'the connection was lost'), false)
    await live(16_000)
    expect(signals[0]?.aborted).toBe(true)
    expect(reasons).toEqual(['connect', 'expiring', 'connect'])
    expect(state().status).toBe('connected')
  })

  test('disconnect() ends it', async () => {
    const signals: AbortSignal[] = []
    const { connect, live, connection, requests } = start({
      auth: async ({ reason, signal }) => {
        if (reason === 'expiring') signals.push(signal)
        return later(reason === 'connect' ? 0 : 3_000, { token: reason })
      },
    })
    await connect()
    await live(25_200)
    connection.stop('client')
    await vi.advanceTimersByTimeAsync(0)
    expect(signals[0]?.aborted).toBe(true)
    await live(10_000)
    expect(requests).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('CN22 auth that is no function', () => {
  test('is told in development that the client cannot renew; the end disconnects', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { connect, live, state } = start({ hasAuth: false })
    await connect()
    expect(warn.mock.calls.flat().join()).toContain('auth is no function')
    await live(31_000)
    expect(state()).toMatchObject({ status: 'disconnected', reason: 'refused', error: { code: 'UNAUTHORIZED' } })
    warn.mockRestore()
  })
})
