import { createClient, createTimeline, roomful } from '@roomful/client'
import { replayTrace, type ReplayOptions, type Trace } from '@roomful/testing'
import { encodeBinary } from '@roomful/testing/trace'
import { expect, onTestFinished, test } from 'vitest'
import { epoch, helloPacket, joinAnswer, joined, lost, message, opened, traceOf, url } from './traces.ts'

async function replayed(trace: Trace, options?: ReplayOptions) {
  const replay = await replayTrace(trace, options)
  onTestFinished(replay.close)
  return replay
}

function connect(address: string, isRoomful = true) {
  const client = createClient({
    url: address,
    autoConnect: false,
    reconnect: { minDelayMs: 1, maxDelayMs: 5 },
    ...(isRoomful && { rooms: roomful() }),
  })
  onTestFinished(client.close)
  return client
}

test('a client receives the packets and answers of a trace, and its ends of connections', async () => {
  const trace = traceOf([
    { type: 'attempt' },
    opened,
    helloPacket,
    ...joined('general', 1),
    message('general', 1, 'one'),
    message('general', 2, 'two'),
    lost,
    { type: 'attempt' },
    { ...opened, id: 'another' },
    helloPacket,
    ...joined('general', 2, 2),
    message('general', 3, 'three'),
  ])
  const replay = await replayed(trace)
  const client = connect(replay.url)
  const statuses: string[] = []
  client.connection.subscribe(({ status }) => statuses.push(status))
  const texts: unknown[] = []
  const room = client.room('general')
  room.on('message', (data) => texts.push(data))
  await client.connect()
  await room.join()
  await replay.finished()
  await expect.poll(() => texts).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'three' }])
  expect(statuses).toEqual(['connecting', 'connected', 'reconnecting', 'connected'])
  expect(client.connection.getState()).toMatchObject({ user: { id: 'ann' } })
  expect(replay.waitsFor).toBeUndefined()
})

test('rooms that the trace joined together may be joined alone, and the other way round', async () => {
  const [outA, ackA] = joined('a', 1)
  const together = traceOf([
    opened,
    helloPacket,
    { type: 'out', event: '$join', args: [{ rooms: [{ room: 'a' }, { room: 'b' }] }], call: 1 },
    {
      type: 'ack',
      event: '$join',
      args: [{ ok: true, answers: [joinAnswer(1), joinAnswer(2)] }],
      call: 1,
      ms: 1,
    },
  ])
  const alone = traceOf([opened, helloPacket, outA!, ackA!, ...joined('b', 2)])
  const first = await replayed(together)
  const client = connect(first.url)
  await client.connect()
  await client.join('a')
  await client.join('b')
  await first.finished()
  await first.close()
  client.close()

  const second = await replayed(alone)
  const other = connect(second.url)
  await other.connect()
  await Promise.all([other.join('a'), other.join('b')])
  await second.finished()
  expect([first.waitsFor, second.waitsFor]).toEqual([undefined, undefined])
})

test("the client's own message comes back with the id that it has in the test", async () => {
  const id = 'recorded-message'
  const trace = traceOf([
    opened,
    helloPacket,
    ...joined('general', 1),
    {
      type: 'out',
      event: '$publish',
      args: [{ room: 'general', epoch, cid: 'x', items: [{ n: 1, id, event: 'message', data: { text: 'hi' } }] }],
      call: 2,
    },
    {
      type: 'in',
      event: 'message',
      args: [{ text: 'hi' }, { $room: 'general', epoch, seq: 1, id, from: { id: 'ann' }, at: 1e12 }],
    },
    { type: 'ack', event: '$publish', args: [{ ok: true, epoch, results: [{ seq: 1, at: 1e12 }] }], call: 2, ms: 3 },
  ])
  const replay = await replayed(trace)
  const client = connect(replay.url)
  await client.connect()
  const room = await client.join('general')
  const timeline = createTimeline(room, 'message')
  onTestFinished(timeline.close)
  expect(replay.waitsFor).toBe('the client to send "$publish" for room general (entries[4] of the trace)')
  expect(await room.emit('message', { text: 'hi' })).toMatchObject({ confirmed: true, seq: 1 })
  await replay.finished()
  const entries = [...timeline.state.getState().entries]
  expect(entries).toMatchObject([{ kind: 'message', state: 'confirmed', data: { text: 'hi' } }])
})

test('what the app sent is left out with sends: "skip"', async () => {
  const trace = traceOf([
    opened,
    helloPacket,
    ...joined('general', 1),
    { type: 'out', event: '$publish', args: [{ room: 'general', items: [] }], call: 2 },
    message('general', 1, 'one'),
    { type: 'ack', event: '$publish', args: [{ ok: true, epoch, results: [] }], call: 2, ms: 3 },
  ])
  const replay = await replayed(trace, { sends: 'skip' })
  const client = connect(replay.url)
  await client.connect()
  await client.join('general')
  await replay.finished()
  expect(replay.waitsFor).toBeUndefined()
})

test('a refusal and a kick are played, with the code and the data of the server', async () => {
  const refused = {
    type: 'failed',
    refused: true,
    error: { code: 'RATE', message: 'slowly', data: { code: 'RATE', after: 0 } },
  } as const
  const trace = traceOf([refused, opened, { ...lost, kicked: true }])
  const replay = await replayed(trace)
  const client = connect(replay.url, false)
  const states: unknown[] = []
  client.connection.subscribe((state) => states.push(state))
  await client.connect()
  await expect.poll(() => client.status).toBe('disconnected')
  expect(states).toMatchObject([
    { status: 'connecting' },
    { status: 'reconnecting', error: { code: 'RATE' } },
    { status: 'connected' },
    { status: 'disconnected', reason: 'kicked' },
  ])
  await replay.finished()
})

test('a plain server: namespace, calls, questions and binary data', async () => {
  const bytes = new Uint8Array([1, 2, 255])
  const trace = traceOf(
    [
      opened,
      { type: 'out', event: 'whoami', args: [], call: 1 },
      { type: 'ack', event: 'whoami', args: [{ userId: 'ann' }], call: 1, ms: 1 },
      { type: 'in', event: 'file', args: [encodeBinary(bytes)] },
      { type: 'in', event: 'ready', args: ['?'], asks: true },
    ],
    { url: `${url}/admin` },
  )
  const replay = await replayed(trace)
  expect(replay.url).toBe('https://replay.example/admin')
  const client = connect(replay.url, false)
  const received: unknown[] = []
  client.on('file', (data) => received.push(new Uint8Array(data as ArrayBuffer)))
  client.on('ready', (question, answer) => received.push(question, typeof answer))
  await client.connect()
  expect(await client.emitWithAck('whoami')).toEqual({ userId: 'ann' })
  await replay.finished()
  await expect.poll(() => received).toEqual([bytes, '?', 'function'])
})

test('a replay that waits says for what', async () => {
  const replay = await replayed(traceOf([opened, helloPacket, ...joined('general', 1)]))
  await expect(replay.finished({ timeoutMs: 0 })).rejects.toThrow(
    'not finished within 0 ms: the replay waits for the client to connect (entries[0] of the trace)',
  )
  const client = connect(replay.url)
  await client.connect()
  await expect(replay.finished({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  const finished = replay.finished()
  await Promise.all([
    expect(finished).rejects.toMatchObject({
      code: 'DISCONNECTED',
      message: expect.stringContaining('the client to send "$join" for room general (entries[2]') as string,
    }),
    replay.close(),
  ])
})

test('the rest of a connection is left out where the client ends it', async () => {
  const trace = traceOf([opened, helloPacket, ...joined('a', 1), lost, opened, helloPacket, ...joined('b', 2)])
  const replay = await replayed(trace)
  const client = connect(replay.url)
  await client.connect()
  client.disconnect()
  await expect.poll(() => replay.waitsFor).toContain('the client to connect (entries[5]')
  await client.connect()
  await client.join('b')
  await replay.finished()
})

test.each([
  ['a trace without a connection', traceOf([helloPacket]), {}, 'the trace has no connection from its beginning'],
  [
    'a packet that was not recorded',
    traceOf([opened, { ...helloPacket, args: [{ a: [{ $omitted: 9 }] }] }]),
    {},
    'entries[1] is a packet that was too large',
  ],
  ['an address that is none', traceOf([opened], { url: 'nowhere' }), {}, 'url: expected an address'],
  ['an unknown option', traceOf([opened]), { sends: 'all' as 'skip' }, 'sends: expected "expect" or "skip", got "all"'],
  ['an address with a path', traceOf([opened]), { url: 'https://a.example/path' }, 'url: expected an origin'],
])('%s is refused with a sentence', async (_, trace, options, sentence) => {
  await expect(replayTrace(trace, options)).rejects.toMatchObject({
    name: 'RoomfulError',
    message: expect.stringContaining(sentence) as string,
  })
})
