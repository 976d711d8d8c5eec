import { randomBytes } from 'node:crypto'
import type { Entry, Hello, JoinAnswer, JoinsAnswer, Pack, PublishAnswer, WireMeta } from '@roomful/contract/protocol'
import { defaultLimits } from '@roomful/contract/protocol'
import { io } from 'socket.io-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { flaskMissing, roomfulScript, startFlask, threadsScript } from '../support/start-flask.ts'

// The protocol of examples/flask/roomful_server.py, tested with an unmodified Socket.IO client.

type Live = readonly [data: unknown, meta: WireMeta]
interface Received {
  readonly hello: Hello
  readonly live: Live[]
}

async function start(script = roomfulScript): Promise<string> {
  const flask = await startFlask(script)
  onTestFinished(() => flask.stop())
  return flask.url
}

async function connect(url: string, transport: 'websocket' | 'polling' = 'websocket') {
  const socket = io(url, { transports: [transport], forceNew: true })
  onTestFinished(() => void socket.disconnect())
  const live: Live[] = []
  socket.on('message', (...args) => live.push(args as unknown as Live))
  const hello = await new Promise<Hello>((resolve) => socket.once('$hello', resolve))
  const ask = async <T>(event: string, request: unknown): Promise<T> =>
    (await socket.timeout(20_000).emitWithAck(event, request)) as T
  const received: Received = { hello, live }
  return {
    ...received,
    socket,
    ask,
    join: (since?: object, more?: object) => ask<JoinAnswer>('$join', { room: 'general', since, ...more }),
  }
}
type Connected = Awaited<ReturnType<typeof connect>>

const newCid = (): string => randomBytes(16).toString('base64url')
const idOf = (n: number): string => `message-${String(n).padStart(8, '0')}`
const item = (n: number, event: string, data: unknown) => ({ n, id: idOf(n), event, data })
const textItem = (n: number, text: string) => item(n, 'message', { text })
const publish = ({ ask }: Connected, epoch: string, cid: string, ...items: unknown[]): Promise<PublishAnswer> =>
  ask('$publish', { room: 'general', epoch, cid, items })

async function joined(url: string) {
  const client = await connect(url)
  const { epoch } = await client.join()
  const cid = newCid()
  return { ...client, epoch, cid, publish: (...items: unknown[]) => publish(client, epoch, cid, ...items) }
}

describe.skipIf(flaskMissing())('the Flask server of roomful/1', () => {
  test('S27 counts the members of a room, and sends the count when it has changed', async () => {
    const url = await start()
    const [first, second] = [await connect(url), await connect(url)]
    const counts: unknown[] = []
    first.socket.on('$members', ({ room, v, count }) => counts.push([room, v, count]))
    const { members } = await first.join()
    expect(members).toEqual({ v: expect.any(Number), count: 1, list: [], partial: true })
    await second.join()
    const v = (members?.v ?? 0) + 1
    await eventually(() => expect(counts).toEqual([['general', v, 2]]))
    second.socket.disconnect()
    await eventually(() => expect(counts.slice(1)).toEqual([['general', v + 1, 1]]))
  })
  test('sends $hello with a guest, the default limits, and a dedup window of one day', async () => {
    const { hello } = await connect(await start())
    const { presenceBytes: _, members: __, ...limits } = defaultLimits // it keeps no presence, and lists no member
    expect(hello).toMatchObject({ v: 1, user: null, limits, now: expect.any(Number) })
  })

  test('S26 joins several rooms in one request, each refused by itself, and their entries within pageBytes', async () => {
    const url = await start()
    const ann = await joined(url)
    const { hello, ask } = await connect(url)
    expect(hello.capabilities).toContain('joins')
    for (const room of ['busy', 'full']) {
      const { epoch } = await ann.ask<JoinAnswer>('$join', { room })
      for (let n = 1; n <= 3; n += 1)
        await ann.ask('$publish', { room, epoch, cid: newCid(), items: [textItem(1, 'x'.repeat(60_000))] })
    }
    const rooms = [{ room: 'busy', last: 3 }, { room: '' }, 7, { room: 'full', last: 3 }, { room: 'new' }]
    const { ok, answers } = await ask<JoinsAnswer>('$join', { rooms })
    expect(ok).toBe(true)
    expect(answers).toMatchObject([
      { ok: true, head: 3, entries: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] },
      { ok: false, code: 'SHAPE' },
      { ok: false, code: 'SHAPE' },
      { ok: true, head: 3, entries: [{ seq: 3 }] },
      { ok: true, head: 0, entries: [] },
    ])
    for (const bad of [[], 'busy', Array.from({ length: 65 }, () => ({ room: 'a' }))])
      expect(await ask('$join', { rooms: bad })).toMatchObject({ ok: false, code: 'SHAPE' })
  })

  test('S6 answers a batch in order, and sends its messages with their seq to all members', async () => {
    const url = await start()
    const ann = await joined(url)
    const bob = await joined(url)
    const answer = await ann.publish(textItem(1, 'one'), textItem(2, 'two'))
    const at = expect.any(Number)
    expect(answer).toEqual({
      ok: true,
      epoch: ann.epoch,
      results: [
        { seq: 1, at },
        { seq: 2, at },
      ],
    })
    for (const { live } of [ann, bob]) await eventually(() => expect(live).toHaveLength(2))
    const meta = { $room: 'general', epoch: ann.epoch, seq: 2, id: idOf(2), from: null, at }
    expect(bob.live[1]).toEqual([{ text: 'two' }, meta])
  })

  test('S28 sends packs to members who asked for them, and single events to the others', async () => {
    const url = await start()
    const [ann, bob] = [await joined(url), await joined(url)]
    const packs: Pack[] = []
    bob.socket.on('$events', (pack: Pack) => packs.push(pack))
    expect(await bob.join(undefined, { packs: 'yes' })).toMatchObject({ ok: false, code: 'SHAPE' })
    await bob.join(undefined, { packs: true })
    await ann.publish(textItem(1, 'one'), textItem(2, 'two'))
    const cursor = { room: 'general', event: 'cursor', data: { x: 1 } }
    for (const { socket } of [ann, bob]) socket.emit('$volatile', cursor)
    await eventually(() => expect(packs).toHaveLength(2))
    const at = expect.any(Number) as number
    const message = (seq: number, text: string) => {
      return { event: 'message', data: { text }, seq, id: idOf(seq), from: null, at }
    }
    expect(packs).toEqual([
      { room: 'general', epoch: ann.epoch, events: [message(1, 'one'), message(2, 'two')] },
      { room: 'general', epoch: ann.epoch, events: [{ event: 'cursor', data: { x: 1 }, from: null, at }] },
    ])
    expect([ann.live.length, bob.live.length]).toEqual([2, 0])
    await bob.join()
    await ann.publish(textItem(3, 'three'))
    await eventually(() => expect(bob.live).toMatchObject([[{ text: 'three' }, { seq: 3 }]]))
    await ann.join(undefined, { packs: true })
    await ann.ask('$leave', { room: 'general' })
    await bob.publish(textItem(1, 'after'))
    await eventually(() => expect(bob.live).toHaveLength(2))
    expect([packs.length, ann.live.length]).toEqual([2, 3])
  })

  test('S19 puts a client out of a room for an operator, and tells it', async () => {
    const flask = await startFlask(roomfulScript, { OPERATOR_TOKEN: 'secret' })
    onTestFinished(() => flask.stop())
    const [ann, bob] = [await joined(flask.url), await joined(flask.url)]
    const putOut = async (token: string, sid: string | undefined): Promise<number> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const body = JSON.stringify({ room: 'general', sid, code: 'SPAM', message: 'no advertising' })
      return (await fetch(`${flask.url}/put-out`, { method: 'POST', headers, body })).status
    }
    const outs: unknown[] = []
    ann.socket.on('$out', (out) => outs.push(out))
    expect([await putOut('guessed', ann.socket.id), await putOut('secret', 'unknown')]).toEqual([403, 404])
    expect(await putOut('secret', ann.socket.id)).toBe(200)
    await eventually(() => expect(outs).toEqual([{ room: 'general', code: 'SPAM', message: 'no advertising' }]))
    expect(await ann.publish(textItem(1, 'mine'))).toMatchObject({ code: 'NOT_MEMBER' })
    await bob.publish(textItem(1, 'after'))
    await eventually(() => expect(bob.live).toHaveLength(1))
    expect(ann.live).toEqual([])
    expect(await ann.join()).toMatchObject({ ok: true })
  })

  test('S20 says $bye CLOSING to its clients at SIGTERM, and ends', async () => {
    const flask = await startFlask(roomfulScript)
    onTestFinished(() => flask.stop())
    const { socket } = await connect(flask.url)
    socket.io.reconnection(false)
    const bye = new Promise((resolve) => socket.once('$bye', resolve))
    const end = new Promise((resolve) => socket.once('disconnect', resolve))
    await flask.stop()
    expect(await bye).toEqual({ code: 'CLOSING', after: 1_000 })
    expect(await end).toBe('transport close')
  })

  test('S5 gives a repeated message the same answer, stores new ones, and none twice', async () => {
    const ann = await joined(await start())
    const first = await ann.publish(textItem(1, 'one'))
    const { results } = await ann.publish(textItem(1, 'one'), textItem(2, 'two'))
    expect(results).toMatchObject([first.results[0], { seq: 2 }])
    expect(await ann.publish(textItem(1, 'one'), textItem(2, 'two'))).toMatchObject({ ok: true, results })
    expect(await ann.join()).toMatchObject({ head: 2 })
    expect(ann.live.map(([data]) => data)).toEqual([{ text: 'one' }, { text: 'two' }])
  })

  test('S4 S5 remembers refusals, answers CONFLICT for another message with the same key, and STALE for old keys', async () => {
    const ann = await joined(await start())
    const large = item(1, 'message', 'x'.repeat(65_536))
    const items = [large, item(2, '$head', 1), textItem(3, 'three')]
    const answer = await ann.publish(...items)
    expect(answer).toMatchObject({ ok: true, results: [{ code: 'TOO_LARGE' }, { code: 'SHAPE' }, { seq: 1 }] })
    expect(await ann.publish(...items)).toEqual(answer)
    expect(await ann.publish(textItem(1, 'another'))).toMatchObject({ results: [{ code: 'CONFLICT' }] })
    const otherId = { ...textItem(3, 'three'), id: idOf(99) }
    expect(await ann.publish(otherId)).toMatchObject({ results: [{ code: 'CONFLICT' }] })
    expect(await ann.publish(...items)).toEqual(answer)

    await ann.publish(textItem(4, 'four'))
    expect(await ann.publish(textItem(3, 'three'))).toMatchObject({ results: [{ code: 'STALE' }] })
    expect(await ann.join()).toMatchObject({ head: 2 })

    await ann.publish({ ...large, n: 5 })
    expect(await ann.publish(textItem(5, 'another'))).toMatchObject({ results: [{ code: 'CONFLICT' }] })
    expect(await ann.join()).toMatchObject({ head: 2 })
  })

  test('S3 answers a part of a batch that is too large, and accepts the rest afterwards', async () => {
    const ann = await joined(await start())
    const items = [1, 2, 3].map((n) => textItem(n, 'x'.repeat(40_000)))
    const answer = await ann.publish(...items)
    expect(answer).toMatchObject({ ok: false, code: 'MORE', after: 0, results: [{ seq: 1 }, { seq: 2 }] })
    expect(answer.results).toHaveLength(2)
    expect(await ann.publish(...items.slice(2))).toMatchObject({ ok: true, results: [{ seq: 3 }] })
  })

  test('S13 `since` gives the missed entries in pages, and none beyond the head or for another epoch', async () => {
    const ann = await joined(await start())
    for (let n = 1; n <= 250; n += 50)
      await ann.publish(...Array.from({ length: 50 }, (_, index) => textItem(n + index, `${n + index}`)))
    const page = await ann.join({ epoch: ann.epoch, seq: 10 })
    expect(page).toMatchObject({ ok: true, epoch: ann.epoch, head: 250, first: 1 })
    expect(seqsOf(page.entries)).toEqual(range(11, 210))
    expect(page.entries[0]).toMatchObject({ seq: 11, event: 'message', data: { text: '11' }, from: null })

    const history = { room: 'general', epoch: ann.epoch }
    const next = await ann.ask<JoinAnswer>('$history', { ...history, after: 210, limit: 1_000 })
    expect(seqsOf(next.entries)).toEqual(range(211, 250))
    const before = await ann.ask<JoinAnswer>('$history', { ...history, before: 11, limit: 3 })
    expect(seqsOf(before.entries)).toEqual([8, 9, 10])
    expect((await ann.join({ epoch: ann.epoch, seq: 251 })).entries).toEqual([])
    expect((await ann.join({ epoch: 'another-epoch', seq: 1 })).entries).toEqual([])
    expect(await ann.join({ epoch: 'another-epoch', seq: 1 })).not.toHaveProperty('continues')
    expect(await ann.join({ epoch: ann.epoch, seq: 9 })).toMatchObject({ continues: 9 })
    expect(await ann.join({ epoch: 'another-epoch', seq: 0 })).toMatchObject({ continues: 0, entries: { length: 200 } })
  })

  test('S13 `last` gives the newest entries to a new view, and the missed ones to a continued view', async () => {
    const ann = await joined(await start())
    expect((await ann.join(undefined, { last: 2 })).entries).toEqual([])
    await ann.publish(...[1, 2, 3, 4, 5].map((n) => textItem(n, `${n}`)))
    const seqs = async (since: object | undefined, last: number) => {
      const answer = await ann.join(since, { last })
      expect(answer).toMatchObject({ ok: true, epoch: ann.epoch, head: 5, first: 1 })
      return seqsOf(answer.entries)
    }
    expect(await seqs(undefined, 2)).toEqual([4, 5])
    expect(await seqs(undefined, 1_000)).toEqual([1, 2, 3, 4, 5])
    expect(await seqs({ epoch: 'another-epoch', seq: 3 }, 2)).toEqual([4, 5])
    expect(await seqs({ epoch: ann.epoch, seq: 99 }, 2)).toEqual([4, 5])
    expect(await seqs({ epoch: ann.epoch, seq: 1 }, 2)).toEqual([2, 3, 4, 5])
  })

  test('S18 accepts params of any JSON up to 4,096 bytes', async () => {
    const ann = await joined(await start())
    for (const params of [null, 7, { invite: 'abc' }, 'x'.repeat(4_094)])
      expect(await ann.join(undefined, { params })).toMatchObject({ ok: true })
    expect(await ann.join(undefined, { params: 'é'.repeat(2_048) })).toMatchObject({ ok: false, code: 'TOO_LARGE' })
  })

  test('S1 ends a page at its limit of bytes', async () => {
    const ann = await joined(await start())
    for (let n = 1; n <= 6; n++) await ann.publish(textItem(n, 'x'.repeat(60_000)))
    expect(seqsOf((await ann.join({ epoch: ann.epoch, seq: 0 })).entries)).toEqual([1, 2, 3, 4])
  })

  test('S4 refuses another epoch and a sender that has not joined, and stores nothing', async () => {
    const ann = await joined(await start())
    expect(await publish(ann, 'another-epoch', ann.cid, textItem(1, 'one'))).toEqual({
      ok: false,
      epoch: 'another-epoch',
      results: [],
      code: 'EPOCH',
      message: expect.any(String),
    })
    expect(await ann.ask('$leave', { room: 'general' })).toEqual({ ok: true })
    expect(await ann.publish(textItem(1, 'one'))).toMatchObject({ ok: false, code: 'NOT_MEMBER', results: [] })
    expect(await ann.join()).toMatchObject({ head: 0 })
    expect(await ann.publish(textItem(1, 'one'))).toMatchObject({ ok: true, results: [{ seq: 1 }] })
  })

  test('S14 relays a volatile event to the other members, without a seq', async () => {
    const url = await start()
    const [ann, bob] = [await joined(url), await joined(url)]
    ann.socket.emit('$volatile', { room: 'general', event: 'message', data: 'now' })
    await eventually(() =>
      expect(bob.live).toEqual([['now', { $room: 'general', from: null, at: expect.any(Number) }]]),
    )
    expect(await ann.join()).toMatchObject({ head: 0 })
    expect(ann.live).toEqual([])
  })

  test('S25 has no inbox, since every client is a guest', async () => {
    const ann = await joined(await start())
    const requests: [string, object][] = [
      ['$join', { room: '$inbox' }],
      ['$history', { room: '$inbox', epoch: ann.epoch, after: 0, limit: 1 }],
      ['$publish', { room: '$inbox', epoch: ann.epoch, cid: ann.cid, items: [textItem(1, 'a')] }],
    ]
    for (const [event, request] of requests)
      expect(await ann.ask(event, request)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
  })

  test('SEC3 refuses malformed requests with a sentence, and goes on', async () => {
    const ann = await joined(await start())
    let deep: unknown = 1
    for (let level = 0; level < 200; level++) deep = [deep]
    const wrongNames = [7, '', 'x'.repeat(129), '$other', 'a\nb', 'a\u202eb', 'a\ud800', '\ufeffa', 'a ', 'cafe\u0301']
    const requests: [string, unknown][] = [
      ...['$join', '$leave', '$publish', '$history', '$volatile'].flatMap((event): [string, unknown][] =>
        [undefined, null, 7, [], {}, ...wrongNames.map((room) => ({ room }))].map((request) => [event, request]),
      ),
      ['$join', { room: 'general', since: { epoch: ann.epoch, seq: -1 } }],
      ...[0, -1, 1.5, '1'].map((last): [string, unknown] => ['$join', { room: 'general', last }]),
      ['$join', { room: 'general', params: deep }],
      ['$history', { room: 'general', epoch: ann.epoch, after: 1, before: 1, limit: 1 }],
      ['$history', { room: 'general', epoch: ann.epoch, after: 1, limit: 0 }],
      ...[
        { cid: 'short' },
        { items: [] },
        { items: [1] },
        { items: [textItem(2, 'b'), textItem(1, 'a')] },
        ...[undefined, 7, 'short', 'x'.repeat(17), `${'x'.repeat(15)}\n`].map((id) => ({
          items: [textItem(1, 'a'), { ...textItem(2, 'b'), id }],
        })),
      ].map((malformed): [string, unknown] => [
        '$publish',
        { room: 'general', epoch: ann.epoch, cid: ann.cid, items: [textItem(1, 'a')], ...malformed },
      ]),
      ['$volatile', { room: 'general', event: 'message', data: deep }],
    ]
    for (const [event, request] of requests)
      expect(await ann.ask(event, request), `${event} ${JSON.stringify(request)}`).toMatchObject({ code: 'SHAPE' })
    const bytes = item(2, 'message', Buffer.from('bytes'))
    const answer = await ann.publish(item(1, 'message', deep), bytes, textItem(3, 'fine'))
    expect(answer.results).toMatchObject([{ code: 'SHAPE' }, { code: 'SHAPE' }, { seq: 1 }])
  })

  test.each([
    ['green threads', roomfulScript, 'websocket'],
    ['real threads', threadsScript, 'polling'],
  ] as const)(
    'S4 S6 P2 P3 stores ten clients’ messages once and in one order, each sent twice at the same time, with %s',
    async (_, script, transport) => {
      const url = await start(script)
      const clients: Connected[] = []
      // One after another: python-socketio loses a client that connects while another thread connects one.
      for (const _ of range(1, 10)) clients.push(await connect(url, transport))
      const joins = await Promise.all(clients.map((client) => client.join()))
      const { epoch } = joins[0] ?? { epoch: '' }
      const sendAll = async (client: Connected, sender: number): Promise<void> => {
        const cid = newCid()
        for (let n = 1; n <= 40; n += 2) {
          const items = [textItem(n, `${sender}:${n}`), textItem(n + 1, `${sender}:${n + 1}`)]
          const [one, other] = await Promise.all([1, 2].map(() => publish(client, epoch, cid, ...items)))
          expect(one).toMatchObject({ ok: true })
          expect(other).toEqual(one)
        }
      }
      await Promise.all(clients.map(sendAll))

      for (const { live } of clients) await eventually(() => expect(live).toHaveLength(400))
      const heard = clients.map(({ live }) => live.map(([data, { seq }]) => [seq, (data as { text: string }).text]))
      for (const view of heard) expect(view).toEqual(heard[0])
      expect(heard[0]?.map(([seq]) => seq)).toEqual(range(1, 400))
      for (const sender of range(0, 9)) {
        const own = heard[0]?.map(([, text]) => String(text)).filter((text) => text.startsWith(`${sender}:`))
        expect(own).toEqual(range(1, 40).map((n) => `${sender}:${n}`))
      }
    },
  )
})

const seqsOf = (entries: readonly Entry[]): number[] => entries.map(({ seq }) => seq)
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)
