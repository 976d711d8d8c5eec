import type { AuthContext } from '@roomful/client'
import { describe, expect, test, vi } from 'vitest'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** Accepts clients with the current token; others are refused with `data`. */
function startGuarded(data: () => object | undefined = () => undefined) {
  const now = { token: 'good' }
  const tokens: unknown[] = []
  const server = startServer({
    configure: (io) =>
      io.use((socket, next) => {
        const { token } = socket.handshake.auth as { token?: unknown }
        tokens.push(token)
        if (token === now.token) return next()
        next(Object.assign(new Error('that token is not good'), { data: data() }))
      }),
  })
  return server.then((started) => ({ now, tokens, ...started, url: started.url }))
}

describe('CN6 a refusal of the server', () => {
  test('disconnects with its code, sentence and data', async () => {
    const data = { code: 'BANNED', until: 2030 }
    const { url } = await startGuarded(() => data)
    const client = startClient(url, { auth: { token: 'bad' } })
    const statuses = recordStatuses(client)
    await expect(client.connect()).rejects.toMatchObject({
      name: 'RoomfulError',
      code: 'BANNED',
      message: 'the server refused the connection: that token is not good',
      refusal: { code: 'BANNED', message: 'that token is not good', data },
    })
    expect(client.connection.getState()).toMatchObject({ status: 'disconnected', reason: 'refused' })
    expect(statuses).toEqual(['idle', 'connecting', 'disconnected'])
  })

  test.each([[undefined], [{ reason: 'none' }], [{ code: 7 }], ['a string'], [null]])(
    'without a code in its data it is REFUSED: %j',
    async (data) => {
      const { url } = await startGuarded(() => data as object)
      const client = startClient(url, { auth: { token: 'bad' } })
      await expect(client.connect()).rejects.toMatchObject({ code: 'REFUSED' })
    },
  )

  test('of a token asks auth once for another one, with reason refused', async () => {
    const { url, tokens } = await startGuarded()
    const reasons: string[] = []
    const auth = async ({ reason }: AuthContext) => {
      reasons.push(reason)
      return { token: reason === 'refused' ? 'good' : 'old' }
    }
    const client = startClient(url, { auth })
    const statuses = recordStatuses(client)
    await client.connect()
    expect(reasons).toEqual(['connect', 'refused'])
    expect(tokens).toEqual(['old', 'good'])
    expect(statuses).toEqual(['idle', 'connecting', 'connected'])
  })

  test('F17 of a token that expired during an outage is followed by a new token', async () => {
    const server = await startGuarded()
    const { now, tokens } = server
    const auth = ({ reason }: AuthContext) => ({ token: reason === 'refused' ? now.token : 'good' })
    const client = startClient(server.url, { auth })
    await client.connect()
    await server.close()
    await until(client, 'reconnecting')
    now.token = 'better'
    await server.restart()
    await until(client, 'connected')
    expect(tokens).toEqual(['good', 'good', 'better'])
  })

  test('twice in a row disconnects, and auth is not asked again', async () => {
    const { url, tokens } = await startGuarded(() => ({ code: 'REVOKED' }))
    const auth = vi.fn<() => { token: string }>(() => ({ token: 'bad' }))
    const client = startClient(url, { auth })
    await expect(client.connect()).rejects.toMatchObject({ code: 'REVOKED' })
    expect(client.connection.getState()).toMatchObject({ reason: 'refused', error: { code: 'REVOKED' } })
    expect(auth).toHaveBeenCalledTimes(2)
    expect(tokens).toEqual(['bad', 'bad'])
  })

  test('for now is retried after the time that the server asked for', async () => {
    const data = { code: 'UNAVAILABLE', after: 60 }
    const { url, now } = await startGuarded(() => data)
    const client = startClient(url, { auth: { token: 'soon' } })
    const connected = client.connect()
    const from = Date.now()
    const state = await until(client, 'reconnecting')
    expect(state).toMatchObject({ reason: 'server', error: { code: 'UNAVAILABLE', refusal: { data } } })
    expect(state.nextAttemptAt).toBeGreaterThanOrEqual(from + 60)
    now.token = 'soon'
    await connected
  })

  test('comes for a namespace that the server does not have', async () => {
    const { url } = await startServer()
    const client = startClient(`${url}/nowhere`)
    await expect(client.connect()).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('the server refused the connection: Invalid namespace (') as unknown,
    })
  })
})

describe('CN7 auth with a real server', () => {
  test('an answer after the end of its attempt is not used', async () => {
    const { url, tokens } = await startGuarded()
    let answerLate: ((credentials: { token: string }) => void) | undefined
    const auth = () => {
      answerLate?.({ token: 'late' })
      if (answerLate) return { token: 'good' }
      return new Promise<{ token: string }>((resolve) => void (answerLate = resolve))
    }
    const client = startClient(url, { auth, connectTimeoutMs: 300 })
    const statuses = recordStatuses(client)
    await client.connect()
    expect(statuses.slice(0, 3)).toEqual(['idle', 'connecting', 'reconnecting'])
    expect(new Set(tokens)).toEqual(new Set(['good']))
  })

  test('an error that it throws is the cause', async () => {
    const { url } = await startGuarded()
    const cause = new Error('no session')
    const auth = vi.fn<() => { token: string }>(() => ({ token: 'good' }))
    auth.mockImplementationOnce(() => {
      throw cause
    })
    const client = startClient(url, { auth })
    const connected = client.connect()
    expect(await until(client, 'reconnecting')).toMatchObject({ reason: 'auth', error: { code: 'AUTH_FAILED', cause } })
    await connected
  })
})
