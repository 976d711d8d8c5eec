import { randomBytes } from 'node:crypto'
import { wire } from '@roomful/contract/protocol'
import { describe, expect, test, vi } from 'vitest'
import type { Handshake } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { hostileRequests, long } from './support/hostile-requests.ts'
import { type Client, cidOf, idOf, requests, startRooms, texts } from './support/start-rooms.ts'

const epoch = 'an epoch of ours'
const cid = cidOf('a')

/** JSON that is `depth` levels deep: its text, since building it would take a stack. */
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** Expects that other clients are not affected. */
async function expectUnharmed(other: Client): Promise<void> {
  const before = other.of('message').length
  const fresh = { cid: randomBytes(16).toString('base64url') }
  expect(await other.publish('general', texts(['still here']), fresh)).toMatchObject({ ok: true })
  await expect.poll(() => other.of('message').length).toBe(before + 1)
}

describe('hostile requests', () => {
  test(`SEC3 SEC15 SEC19 SEC20 ${hostileRequests.length} wrong shapes: each is SHAPE with a short sentence, and does not affect other clients`, async () => {
    const { connect, errors } = await startRooms({ contract: guestChat, limits: { rates: false } })
    const [eve, other] = [await connect(), await connect()]
    await eve.join('general')
    await other.join('general')
    for (const [event, request, expected] of hostileRequests) {
      const answer = await eve.ask(event, request)
      expect(answer, `${event} ${JSON.stringify(request)?.slice(0, 200)}`).toEqual({
        ok: false,
        code: 'SHAPE',
        message: expect.stringMatching(expected),
      })
      expect(answer.message?.length).toBeLessThan(200)
    }
    await expectUnharmed(other)
    expect(eve.socket.connected).toBe(true)
    expect(errors).toEqual([])
  })

  test('SEC3 names of Object.prototype are ordinary names', async () => {
    const { connect, errors } = await startRooms({ contract: guestChat })
    const eve = await connect()
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      const { ok, members } = await eve.join(name)
      expect([ok, members?.list.length]).toEqual([true, 1])
      const bad = { n: 1, event: name, data: { text: 'x' } }
      const odd = { n: 2, event: 'anything', data: JSON.parse(`{"${name}":{"polluted":true}}`) as unknown }
      expect(await eve.publish(name, [bad, odd])).toMatchObject({ ok: true, results: [{ code: 'SHAPE' }, { seq: 1 }] })
      expect(await eve.ask(wire.volatile, { room: name, event: name, data: {} })).toMatchObject({ code: 'SHAPE' })
      const request = JSON.parse(`{"__proto__":{"room":"${name}"}}`) as unknown
      expect(await eve.ask(wire.join, request)).toMatchObject({ code: 'SHAPE' })
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    await eve.join('general')
    await expectUnharmed(eve)
    expect(errors).toEqual([])
  })

  test('SEC2 data nested deeper than 32 levels is refused', async () => {
    const { connect, errors } = await startRooms({ contract: guestChat })
    const [eve, other] = [await connect(), await connect()]
    await eve.join('general')
    await other.join('general')
    let n = 0
    const results = async (depth: number) => {
      const item = { n: ++n, event: 'anything', data: JSON.parse(nested(depth)) as unknown }
      return (await eve.publish('general', [item])).results
    }
    expect(await results(32)).toMatchObject([{ seq: 1 }])
    const tooDeep = { code: 'SHAPE', message: 'data must not be nested deeper than 32 levels' }
    expect(await results(34)).toEqual([tooDeep])
    expect(await results(1_000)).toEqual([tooDeep])
    const requests = [
      `42["${wire.publish}",{"room":"general","epoch":"${epoch}","cid":"${cid}","items":[{"n":4,"id":"${idOf(4)}","event":"anything","data":${nested(6_000)}}]}]`,
      `42["${wire.join}",${nested(6_000)}]`,
      `42["${wire.join}",{"room":${nested(6_000)}}]`,
    ]
    for (const request of requests) await sendText(await connect(), request)
    await expectUnharmed(other)
    expect(errors).toEqual([])
  })

  test('SEC26 binary data is refused', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const eve = await connect()
    await eve.join('general')
    const item = { n: 1, event: 'anything', data: { file: Buffer.from('x') } }
    expect(await eve.publish('general', [item])).toMatchObject({
      results: [{ code: 'SHAPE', message: 'data must be JSON, got binary' }],
    })
  })

  test.each<[string, unknown]>([
    ['half a megabyte of text', long],
    ['many keys', Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [index, 1]))],
    ['many values', Array.from({ length: 100_000 }, () => 0)],
    ['characters of three bytes', '€'.repeat(30_000)],
  ])('SEC1 too large: %s', async (_, data) => {
    const { connect } = await startRooms({ contract: guestChat })
    const eve = await connect()
    await eve.join('general')
    expect(await eve.publish('general', [{ n: 1, event: 'anything', data }, ...texts(['fits'], 2)])).toMatchObject({
      ok: true,
      results: [{ code: 'TOO_LARGE' }, { seq: 1 }],
    })
  })

  test('an item with an invalid event name is refused alone', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const eve = await connect()
    await eve.join('general')
    const odd = [undefined, null, 7, {}, [], '', '$hello', 'connect', 'disconnect', 'newListener', long]
    const answer = await eve.publish(
      'general',
      odd.map((event, index) => ({ n: index + 1, event: event as string, data: null })),
    )
    expect(answer).toMatchObject({ ok: true, results: odd.map(() => ({ code: 'SHAPE' })) })
    expect(JSON.stringify(answer).length).toBeLessThan(2_000)
  })

  test('SEC17 from, at, seq and epoch sent by a client are ignored', async () => {
    const { connect } = await startRooms({ contract: guestChat })
    const [eve, other] = [await connect(), await connect()]
    await eve.join('general')
    await other.join('general')
    const lies = { from: { id: 'ann' }, at: 1, seq: 99, epoch: 'mine, all mine' }
    await eve.publish('general', [{ ...lies, n: 1, event: 'message', data: { text: 'hi', ...lies } }])
    await expect.poll(() => other.of('message').length).toBe(1)
    const [data, meta] = other.of('message')[0] as [
      object,
      { from: { id: string }; at: number; seq: number; id: string },
    ]
    expect(data).toMatchObject({ text: 'hi' })
    expect(meta).toMatchObject({ seq: 1, id: idOf(1) })
    expect(meta.from.id).not.toBe('ann')
    expect(meta.at).toBeGreaterThan(1)
  })

  test('SEC24 requests without an ack, with too many arguments, or with functions among the data are handled', async () => {
    const { connect, errors } = await startRooms({ contract: guestChat })
    const [eve, other] = [await connect(), await connect()]
    await other.join('general')
    for (const event of requests) {
      eve.socket.emit(event)
      eve.socket.emit(event, null)
      eve.socket.emit(event, { room: 'general' }, 'more', ['and more'])
      eve.socket.emit(event, { room: [] })
    }
    expect(await eve.ask(wire.join)).toMatchObject({
      code: 'SHAPE',
      message: 'expected $join { room, since?, presence?, params?, last?, packs? }, got null',
    })
    await expectUnharmed(other)
    expect(errors).toEqual([])
  })

  test.each<[string, object]>([
    ['a user', { id: 'ann', name: 'Ann' }],
    ['a client without a user', {}],
  ])('an unknown $ request with an ack is refused with the list of known ones: %s', async (_, auth) => {
    const authenticate = (handshake: Handshake) => (handshake.auth['id'] ? believe(handshake) : undefined)
    const { connect, errors } = await startRooms({ contract: chat, authenticate })
    const eve = await connect({ ...auth })
    const served = '$join, $leave, $publish, $history, $volatile, $presence, $typing, $auth'
    const names = {
      $nope: '"$nope"',
      $: '"$"',
      $hello: '"$hello"',
      ['$'.repeat(50_000)]: 'a string of 50000 characters',
    }
    for (const [event, name] of Object.entries(names)) {
      eve.socket.emit(event, { room: 'general' })
      for (const request of [undefined, null, { room: 'general' }])
        expect(await eve.ask(event, request)).toEqual({
          ok: false,
          code: 'SHAPE',
          message: `unknown request ${name}: expected one of ${served}`,
        })
    }
    expect(errors).toEqual([])
  })

  test('events without $, and $ events with a listener of the app, are left to the app', async () => {
    const { io, connect } = await startRooms({ contract: guestChat })
    io.on('connection', (socket) => {
      for (const event of ['mine', '$mine'])
        socket.on(event, (answer: (text: string) => void) => answer('from the app'))
    })
    const eve = await connect()
    for (const event of ['mine', '$mine'])
      expect(await eve.socket.timeout(20_000).emitWithAck(event)).toBe('from the app')
    const answered = vi.fn<() => void>()
    eve.socket.emit('unknown event', answered)
    await eve.join('general')
    expect(answered).not.toHaveBeenCalled()
  })

  test('P7 the pending requests of one socket are bounded: more are LIMIT, and other sockets are not affected', async () => {
    let waiting = 0
    const { connect } = await startRooms({
      contract: guestChat,
      limits: { rooms: 2, rates: false },
      authorize: { join: ({ room }) => (room === 'general' ? true : new Promise<boolean>(() => (waiting += 1))) },
    })
    const [eve, other] = [await connect(), await connect()]
    await other.join('general')
    for (let n = 0; n < 1_000; n += 1) eve.socket.emit(wire.join, { room: `room ${n}` })
    expect(await eve.ask(wire.join, { room: 'one more' })).toEqual({
      ok: false,
      code: 'LIMIT',
      message: 'at most 8 requests at a time',
      after: 1_000,
    })
    expect(waiting).toBe(8)
    for (let n = 0; n < 20; n += 1) expect(await other.ask(wire.leave, { room: 'x' })).toEqual({ ok: true })
    await expectUnharmed(other)
  })

  test('SEC4 malformed packets do not end the process', async () => {
    const { connect, errors } = await startRooms({ contract: guestChat })
    const other = await connect()
    await other.join('general')
    for (const packet of [
      '42',
      '42[5]',
      '42["error",null]',
      '42["$join"]',
      '42["$join",{"room":"x"}',
      '421["$join"]',
      '42[null]',
    ]) {
      const eve = await connect()
      await sendText(eve, packet)
    }
    await expectUnharmed(other)
    expect(errors).toEqual([])
  })
})

/** Sends a raw packet, without the client's encoder; the answer to the next request shows that it was read. */
async function sendText(client: Client, packet: string): Promise<void> {
  const { engine } = client.socket.io
  engine.write(packet.slice(1))
  await new Promise<void>((resolve) => {
    client.socket.once('disconnect', () => resolve())
    client.socket.timeout(20_000).emit(wire.leave, { room: 'x' }, () => resolve())
  })
}
