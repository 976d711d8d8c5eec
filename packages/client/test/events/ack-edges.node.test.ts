import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startHostileServer, welcome, type HostileLink } from '../support/hostile-server.ts'
import { recordInspect, rejection, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

/** A server that answers when the test does: `asked` has the acks. */
async function startAsked(options: Parameters<typeof startClient>[1] = {}) {
  const asked: ((...values: unknown[]) => void)[] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.on('ask', (ack: () => void) => asked.push(ack))
        socket.on('echo', (data: unknown, ack: (data: unknown) => void) => ack(data))
      }),
  })
  const client = startClient(server.url, { ...options })
  await client.connect()
  const isAsked = (times: number) => eventually(() => expect(asked).toHaveLength(times))
  return { server, client, asked, isAsked }
}

describe('EM4 an emitWithAck settles once', () => {
  test('a late answer changes nothing and settles no other request', async () => {
    expectNothingUncaught()
    const { client, asked, isAsked } = await startAsked()
    const late = rejection(client.timeout(20).emitWithAck('ask'))
    await isAsked(1)
    expect(await late).toMatchObject({ code: 'TIMEOUT' })
    const second = client.emitWithAck('ask')
    await isAsked(2)
    asked[0]?.('of the first')
    asked[1]?.('of the second')
    expect(await second).toBe('of the second')
  })

  test('answers in any order settle their own requests', async () => {
    const { client, asked, isAsked } = await startAsked()
    const answers = [client.emitWithAck('ask'), client.emitWithAck('ask'), client.emitWithAck('ask')]
    await isAsked(3)
    for (const index of [2, 0, 1]) asked[index]?.(index)
    expect(await Promise.all(answers)).toEqual([0, 1, 2])
  })

  test('the wait for the connection counts for the time-out', async () => {
    const { client, server, isAsked } = await startAsked()
    await server.close()
    await until(client, 'reconnecting')
    const from = performance.now()
    const answer = rejection(client.timeout(2_000).emitWithAck('ask'))
    await server.restart()
    await isAsked(1)
    expect(await answer).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('may or may not have been handled') as string,
    })
    // The time-out does not begin again when the request is sent.
    expect(performance.now() - from).toBeGreaterThanOrEqual(1_999)
  })

  test.each<
    [string, (server: Awaited<ReturnType<typeof startServer>>, client: ReturnType<typeof startClient>) => unknown]
  >([
    ['a restart', (server) => server.restart()],
    ['a kick', (server) => server.kickAll()],
    ['disconnect()', (_server, client) => client.disconnect()],
  ])('%s after it was sent rejects with DISCONNECTED: the outcome is unknown', async (_name, end) => {
    expectNothingUncaught()
    const { server, client, isAsked } = await startAsked()
    const answers = [rejection(client.emitWithAck('ask')), rejection(client.timeout(60_000).emitWithAck('ask'))]
    await isAsked(2)
    await end(server, client)
    for (const error of await Promise.all(answers))
      expect(error).toMatchObject({
        code: 'DISCONNECTED',
        message: expect.stringContaining('may or may not have been handled') as string,
      })
  })

  test('a queued one rejects with EXHAUSTED after the last attempt', async () => {
    const { client, server } = await startAsked({ reconnect: { attempts: 2, minDelayMs: 100 } })
    await server.close()
    await until(client, 'reconnecting')
    const waiting = rejection(client.emitWithAck('ask'))
    expect(await waiting).toMatchObject({ code: 'EXHAUSTED', cause: { code: 'UNREACHABLE' } })
    expect(await rejection(client.emitWithAck('ask'))).toMatchObject({
      code: 'DISCONNECTED',
      message: 'not connected (exhausted); connect() connects again',
      cause: { code: 'EXHAUSTED' },
    })
  })

  test('no listener of its signal is left, however it ended', async () => {
    const { client } = await startAsked()
    const abort = new AbortController()
    const added = vi.spyOn(abort.signal, 'addEventListener')
    const removed = vi.spyOn(abort.signal, 'removeEventListener')
    const asking = client.with({ signal: abort.signal })
    expect(await asking.emitWithAck('echo', 'a')).toBe('a')
    const hasty = client.with({ signal: abort.signal, timeoutMs: 20 })
    expect(await rejection(hasty.emitWithAck('ask'))).toMatchObject({ code: 'TIMEOUT' })
    expect(await rejection(asking.emitWithAck('ask', 1n))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
    abort.abort()
  })

  test('an abort after the answer, and an answer after an abort, change nothing', async () => {
    expectNothingUncaught()
    const { client, asked, isAsked } = await startAsked()
    const abort = new AbortController()
    const answered = client.with({ signal: abort.signal }).emitWithAck('echo', 1)
    expect(await answered).toBe(1)
    const aborted = rejection(client.with({ signal: abort.signal }).emitWithAck('ask'))
    await isAsked(1)
    abort.abort('not any more')
    expect(await aborted).toBe('not any more')
    asked[0]?.('too late')
    expect(await client.emitWithAck('echo', 2)).toBe(2)
  })
})

describe('EM5 the values of an answer', () => {
  test.each([[null], [0], [''], [false], [[]], [[1, 2]], [{ a: { b: [null] } }]])(
    'arrive unchanged: %j',
    async (value) => {
      const { client } = await startAsked()
      expect(await client.emitWithAck('echo', value)).toEqual(value)
    },
  )

  test('may be bytes', async () => {
    const { client } = await startAsked()
    const answer = await client.emitWithAck('echo', { file: new Uint8Array([1, 2, 255]) })
    expect([...new Uint8Array((answer as { file: ArrayBuffer }).file)]).toEqual([1, 2, 255])
  })

  test('stay together in a list, also if the first is null', async () => {
    const { client, asked, isAsked } = await startAsked()
    const answer = client.emitWithAck('ask')
    await isAsked(1)
    asked[0]?.(null, 'two')
    expect(await answer).toEqual([null, 'two'])
  })
})

describe('CN12 EM4 a wrong answer of the server', () => {
  const answering = (say: (link: HostileLink, id: string) => void) =>
    startHostileServer((link) => {
      welcome(link)
      link.onPacket((packet) => {
        const id = /^42(\d+)\["ask"/.exec(packet)?.[1]
        if (id) say(link, id)
      })
    })

  test('that comes twice counts once', async () => {
    expectNothingUncaught()
    const { url } = await answering((link, id) => link.send(`43${id}[1]`, `43${id}[2]`))
    const client = startClient(url)
    expect(await client.emitWithAck('ask')).toBe(1)
    expect(await client.emitWithAck('ask')).toBe(1)
  })

  test('to no request changes nothing', async () => {
    expectNothingUncaught()
    const { url } = await answering((link, id) => link.send('4399[0]', '43[0]', `43${id}["right"]`))
    const client = startClient(url)
    expect(await client.emitWithAck('ask')).toBe('right')
  })

  test('that is malformed ends the connection, and the outcome is unknown', async () => {
    expectNothingUncaught()
    const { url } = await answering((link, id) => link.send(`43${id}{"not":"a list"}`))
    const client = startClient(url)
    expect(await rejection(client.emitWithAck('ask'))).toMatchObject({ code: 'DISCONNECTED' })
    await until(client, 'connected')
  })
})

test('DS8 `inspect` gets the request and the answer as they were given', async () => {
  const { events, inspect } = recordInspect()
  const { client } = await startAsked({ inspect })
  await client.emitWithAck('echo', { a: 1 })
  expect(events.slice(-2)).toEqual([
    { type: 'out', event: 'echo', args: [{ a: 1 }] },
    { type: 'ack', event: 'echo', args: [{ a: 1 }] },
  ])
})
