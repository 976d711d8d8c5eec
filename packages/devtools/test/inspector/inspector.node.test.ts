import { createClient } from '@roomful/client'
import { expect, onTestFinished, test } from 'vitest'
import { createInspector } from '../../src/inspector.ts'
import { chat, entriesOf, inspectorOf, startClient, startServer, url } from './support.ts'

test('DV3 packets, answers with their times, states of the connection and of rooms are recorded, in order', async () => {
  await startServer()
  const client = startClient()
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  await room.emit('message', { text: 'hello' })
  await expect.poll(() => entriesOf(inspector, 'ack').length).toBe(2)
  const names = inspector.entries.map(({ entry }) =>
    'event' in entry ? `${entry.type} ${entry.event}` : 'to' in entry ? `${entry.type} ${entry.to}` : entry.type,
  )
  expect(names).toEqual(
    expect.arrayContaining([
      'connection connecting',
      'attempt',
      'opened',
      'in $hello',
      'connection connected',
      'out $join',
      'ack $join',
      'room joined',
      'out $publish',
      'ack $publish',
      'queue',
    ]),
  )
  expect(names.indexOf('opened')).toBeLessThan(names.indexOf('out $join'))
  const [out] = entriesOf(inspector, 'out')
  const [ack] = entriesOf(inspector, 'ack')
  expect(ack).toMatchObject({
    event: '$join',
    call: out && 'call' in out && out.call,
    ms: expect.any(Number) as number,
  })
  expect(inspector.snapshot().roundTrip?.lastMs).toBeGreaterThanOrEqual(0)
})

test("DV3 the app's own inspect goes on, and drops, errors and faults of listeners are recorded", async () => {
  await startServer()
  const seen: string[] = []
  const client = startClient({ inspect: ({ type }) => seen.push(type), onError: () => {} })
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  room.on('message', () => {
    throw new Error('a listener failed')
  })
  await room.emit('message', { text: 'hello' })
  client.disconnect()
  client.emit('late')
  await expect
    .poll(() => entriesOf(inspector, 'error'))
    .toMatchObject([{ source: 'message of general', error: { message: 'a listener failed' } }])
  expect(seen).toEqual(expect.arrayContaining(['connection', 'room', 'in', 'out', 'error', 'drop']))
})

test('DV3 a snapshot has the rooms with who holds them, members, waiting messages and counts', async () => {
  const server = await startServer()
  const client = startClient()
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  onTestFinished(client.room('general').retain())
  await expect.poll(() => room.members.getState().size).toBe(1)
  server.offline()
  void room.emit('message', { text: 'wait' }).catch(() => {})
  await expect.poll(() => client.status).toBe('reconnecting')
  expect(inspector.snapshot()).toMatchObject({
    url: `${url}/`,
    rooms: 'roomful',
    connection: { status: 'reconnecting' },
    outbox: { queued: 1, storage: 'memory' },
    roomCount: 1,
    roomList: [
      {
        name: 'general',
        state: { status: 'suspended' },
        use: { holders: 1, isJoined: true, isNeeded: true },
        outgoing: [{ event: 'message', data: { text: 'wait' }, state: 'queued' }],
      },
    ],
  })
})

test('DV4 two inspectors of a client share one recording; the last one to close puts the client back', async () => {
  await startServer()
  const client = startClient()
  const [first, second] = [inspectorOf(client), inspectorOf(client)]
  await client.connect()
  expect(first.entries).toEqual(second.entries)
  first.faults.latency(5)
  first.close()
  first.close()
  expect(second.faults.latencyMs).toBe(5)
  second.close()
  const count = second.entries.length
  await client.join('general')
  expect(second.entries).toHaveLength(count)
  const third = inspectorOf(client)
  expect(third.entries).toEqual([])
  expect(third.faults.latencyMs).toBe(0)
})

test('DV4 a listener is called after each entry, until it is removed', async () => {
  await startServer()
  const client = startClient()
  const inspector = inspectorOf(client)
  let calls = 0
  const off = inspector.subscribe(() => (calls += 1))
  await client.connect()
  expect(calls).toBe(inspector.entries.length)
  off()
  client.disconnect()
  expect(calls).toBeLessThan(inspector.entries.length)
})

test('anything but a client, and limits out of range, are refused', () => {
  expect(() => createInspector({} as never)).toThrow('expected a client of createClient()')
  const client = createClient({ url, contract: chat })
  expect(() => createInspector(client, { maxEntries: 0 })).toThrow(
    'maxEntries: expected a number from 1 to 20000, got 0',
  )
  expect(() => createInspector(client, { maxBytes: Number.NaN })).toThrow('maxBytes: expected a number from 1')
})

test('DV2 a trace has no credentials, and no data of messages unless it is asked for', async () => {
  await startServer()
  const client = startClient({ url: `${url}/?token=in-the-query`, auth: () => ({ token: 'ann-secret' }) })
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  await room.emit('message', { text: 'a private text' })
  const masked = JSON.stringify(inspector.trace())
  const whole = JSON.stringify(inspector.trace({ withData: true }))
  expect(inspector.trace()).toMatchObject({ format: 'roomful-trace', version: 1, url: `${url}/`, data: 'masked' })
  expect(masked).not.toContain('a private text')
  expect(whole).toContain('a private text')
  for (const text of [masked, whole]) expect(text).not.toContain('in-the-query')
})
