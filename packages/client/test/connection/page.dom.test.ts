import { createProxy } from '@roomful/testing/proxy'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordStatuses, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

// The wait is so long that only the page's event can have ended it.
const patient = { reconnect: { minDelayMs: 3_600_000, maxDelayMs: 3_600_000 } }

afterEach(() => vi.restoreAllMocks())

/** A client that waits for its next attempt, though the server is there again. */
async function startWaiting() {
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
  const server = await startServer()
  const client = startClient(server.url, patient)
  await client.connect()
  await server.restart()
  await until(client, 'reconnecting')
  return { server, client }
}

describe('CN5 the wait for the next attempt', () => {
  test.each<[string, () => unknown]>([
    ['when the network is back', () => window.dispatchEvent(new Event('online'))],
    ['when the page is shown again', () => window.dispatchEvent(new Event('pageshow'))],
    ['when the page becomes visible', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('ends at once %s', async (_name, happen) => {
    const { client } = await startWaiting()
    happen()
    expect(await until(client, 'connected')).toMatchObject({ status: 'connected' })
  })

  test('does not end when the page is hidden', async () => {
    const { client } = await startWaiting()
    const before = client.connection.getState()
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const timers = vi.spyOn(globalThis, 'setTimeout')
    document.dispatchEvent(new Event('visibilitychange'))
    expect(timers).not.toHaveBeenCalled()
    expect(client.connection.getState()).toBe(before)
  })

  test('ends once: more page events open no more sockets', async () => {
    const { server, client } = await startWaiting()
    for (let times = 0; times < 20; times += 1) {
      window.dispatchEvent(new Event('online'))
      window.dispatchEvent(new Event('pageshow'))
      document.dispatchEvent(new Event('visibilitychange'))
    }
    await until(client, 'connected')
    await eventually(() => expect([server.sockets, server.connections]).toEqual([1, 1]))
  })

  test('is not begun by page events while connected or stopped', async () => {
    const server = await startServer()
    const client = startClient(server.url, patient)
    await client.connect()
    const statuses = recordStatuses(client)
    window.dispatchEvent(new Event('online'))
    client.disconnect()
    window.dispatchEvent(new Event('online'))
    window.dispatchEvent(new Event('pageshow'))
    expect(statuses).toEqual(['connected', 'disconnected'])
  })
})

describe('CN3 the reason offline', () => {
  test('is given while the browser is offline; online ends the wait', async () => {
    const server = await startServer()
    const client = startClient(server.url, patient)
    await client.connect()
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    window.dispatchEvent(new Event('offline'))
    expect(await until(client, 'reconnecting')).toMatchObject({ reason: 'offline', error: { code: 'DISCONNECTED' } })
    onLine.mockReturnValue(true)
    window.dispatchEvent(new Event('online'))
    await until(client, 'connected')
  })
})

describe('CN16 the connection of a page', () => {
  /** Connected through a proxy, with a heartbeat that no test waits for. */
  async function startConnected() {
    const server = await startServer({ options: { pingInterval: 25_000, pingTimeout: 20_000 } })
    const proxy = await createProxy({ target: server })
    onTestFinished(() => proxy.close())
    const client = startClient(proxy.url, { socket: { transports: ['websocket'] } })
    await client.connect()
    return { proxy, client, statuses: recordStatuses(client) }
  }
  const isVisible = (state: 'hidden' | 'visible') => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
    document.dispatchEvent(new Event('visibilitychange'))
  }
  const passMs = (ms: number) => {
    const now = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => now() + ms)
  }

  test.each<[string, () => unknown]>([
    ['the network is back', () => window.dispatchEvent(new Event('online'))],
    ['the page was frozen', () => document.dispatchEvent(new Event('resume'))],
    ['the page comes out of the back/forward cache', () => window.dispatchEvent(shown(true))],
    [
      'the page was hidden for a long time',
      () => {
        isVisible('hidden')
        passMs(10_000)
        isVisible('visible')
      },
    ],
  ])('is replaced if it is dead when %s', async (_name, happen) => {
    const { proxy, client } = await startConnected()
    proxy.strand()
    happen()
    expect(await until(client, 'reconnecting')).toMatchObject({ error: { code: 'DISCONNECTED' } })
    await until(client, 'connected')
  })

  test.each<[string, () => unknown]>([
    ['gets the focus', () => window.dispatchEvent(new Event('focus'))],
    ['becomes visible', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['is shown', () => window.dispatchEvent(shown(false))],
  ])('ends at once if its heartbeat is overdue when the page %s', async (_name, happen) => {
    const { proxy, client } = await startConnected()
    proxy.strand()
    passMs(60_000)
    happen()
    expect(client.status).toBe('reconnecting')
    await until(client, 'connected')
  })

  test('stays, without a probe, when the page is hidden 100 times for a short time', async () => {
    const { proxy, client, statuses } = await startConnected()
    proxy.strand() // a probe would not be answered
    for (let times = 0; times < 100; times += 1) {
      isVisible('hidden')
      isVisible('visible')
      window.dispatchEvent(new Event('focus'))
    }
    await new Promise((resolve) => setTimeout(resolve, 3_000)) // longer than a probe waits
    expect([client.status, statuses]).toEqual(['connected', ['connected']])
  })
})

/** A `pageshow`: out of the back/forward cache, or of a page that was loaded. */
function shown(persisted: boolean): Event {
  return Object.assign(new Event('pageshow'), { persisted })
}

describe('CN11 page listeners', () => {
  /** What is listened to now: added and not removed. */
  function watchListeners(): () => string[] {
    let listening: (readonly [type: string, handler: unknown])[] = []
    for (const target of [window, document]) {
      vi.spyOn(target, 'addEventListener').mockImplementation((...added) => {
        listening.push([added[0], added[1]])
      })
      vi.spyOn(target, 'removeEventListener').mockImplementation((...gone) => {
        listening = listening.filter(([type, handler]) => type !== gone[0] || handler !== gone[1])
      })
    }
    return () => listening.map(([type]) => type).toSorted()
  }

  test('exist only while the client connects or is connected', async () => {
    const listeners = watchListeners()
    const server = await startServer()
    const client = startClient(server.url, patient)
    expect(listeners()).toEqual([])
    await client.connect()
    await client.connect()
    // `offline` is the transport's: the light one listens itself, engine.io-client for all of its connections.
    const ofClient = listeners().filter((type) => type !== 'offline')
    expect(ofClient).toEqual(['focus', 'online', 'pageshow', 'resume', 'visibilitychange'])
    client.disconnect()
    expect(listeners()).toEqual([])

    for (let times = 0; times < 5; times += 1) {
      await client.connect()
      client.disconnect()
    }
    expect(listeners()).toEqual([])
  })

  test.each(['kicked', 'refused', 'exhausted'] as const)('are removed when the client ends as %s', async (reason) => {
    const listeners = watchListeners()
    const server = await startServer({
      configure: (io) => io.use((_socket, next) => next(reason === 'refused' ? new Error('no') : undefined)),
    })
    if (reason === 'exhausted') await server.close()
    const client = startClient(server.url, { reconnect: { attempts: 0 } })
    const settled = client.connect().catch(() => {})
    if (reason === 'kicked') await settled
    server.kickAll()
    expect(await until(client, 'disconnected')).toMatchObject({ reason })
    expect(listeners()).toEqual([])
  })
})
