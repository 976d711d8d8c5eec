import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wire } from '@roomful/contract/protocol'
import { Server } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createRooms, memoryLog, type RateContext } from '../../src/index.ts'
import { changedLog } from '../support/changed-log.ts'
import { believe, chat, guestChat } from '../support/chat.ts'
import { connectFrom } from '../support/connect-from.ts'
import { cidOf, clientOf, connectRaw, startRooms, texts, words } from '../support/start-rooms.ts'

const slow = { perSecond: 1, burst: 2 }
const rate = { ok: false, code: 'RATE', after: expect.any(Number), message: expect.any(String) }

describe('rates', () => {
  test('are not sent to clients', async () => {
    const { connect } = await startRooms({ contract: guestChat, limits: { rates: { joins: slow } } })
    const { limits } = await (await connect()).hello()
    expect(Object.keys(limits)).not.toContain('rates')
  })

  test('SEC10 messages beyond the rate get RATE after the results of those that fit; sent again, they follow in order', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      limits: { rates: { publishes: { perSecond: 1, burst: 3 } } },
    })
    const ann = await connect()
    await ann.join('general')
    const batch = texts(['a', 'b', 'c', 'd', 'e'])
    let answer = await ann.publish('general', batch)
    expect(answer).toMatchObject({ ...rate, results: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] })
    await expect
      .poll(async () => {
        answer = await ann.publish('general', batch)
        return answer.ok
      })
      .toBe(true)
    expect(answer.results).toMatchObject([1, 2, 3, 4, 5].map((seq) => ({ seq })))
    expect(words(ann)).toEqual(['a', 'b', 'c', 'd', 'e'])
    // Repeated messages cost nothing, or a lost answer would be paid for twice.
    expect(await ann.publish('general', batch)).toMatchObject({ ok: true })
  })

  test('SEC10 a refused batch costs no write', async () => {
    const log = memoryLog()
    let commits = 0
    const counted = changedLog(log, {
      commit: (room, batch) => {
        commits += 1
        return log.commit(room, batch)
      },
    })
    const { connect } = await startRooms({
      contract: guestChat,
      log: counted,
      limits: { rates: { publishes: { perSecond: 1, burst: 1 } } },
    })
    const ann = await connect()
    await ann.join('general')
    expect(await ann.publish('general', texts(['a']))).toMatchObject({ ok: true })
    expect(await ann.publish('general', texts(['b'], 2))).toEqual({ ...rate, epoch: expect.any(String), results: [] })
    expect(commits).toBe(1)
  })

  test.each([
    [wire.join, { room: 'other' }, 'joins'],
    [wire.typing, { room: 'general', typing: true }, 'typing'],
    [wire.presence, { room: 'general', presence: 'here' }, 'presence'],
    [wire.volatile, { room: 'general', event: 'cursor', data: { x: 1, y: 1 } }, 'volatile'],
    [wire.history, { room: 'general', epoch: 'an epoch of ours', after: 0, limit: 1 }, 'requests'],
    ['$unknown', {}, 'requests'],
  ])('SEC10 %s beyond its rate gets RATE', async (event, request, name) => {
    const { rooms, connect } = await startRooms({
      contract: guestChat,
      limits: { rates: { [name]: { perSecond: 1, burst: 3 } } },
    })
    const ann = await connect()
    await ann.join('general')
    const answers = await Promise.all([1, 2, 3, 4].map(() => ann.ask(event, request)))
    expect(answers[3]).toEqual(rate)
    expect(answers[0]).not.toMatchObject({ code: 'RATE' })
    expect(rooms.metrics().bounds.rates).toBeGreaterThan(0)
  })

  test('SEC10 bytes beyond the rate are refused until they have passed', async () => {
    const { connect } = await startRooms({
      contract: guestChat,
      limits: { rates: { bytes: { perSecond: 10_000, burst: 5_000 } } },
    })
    const ann = await connect()
    await ann.join('general')
    const big = { room: 'general', typing: true, junk: 'x'.repeat(6_000) }
    expect(await ann.ask(wire.typing, big)).toEqual({ ok: true })
    expect(await ann.ask(wire.typing, { room: 'general', typing: false })).toEqual(rate)
    await expect.poll(() => ann.ask(wire.typing, { room: 'general', typing: false })).toEqual({ ok: true })
  })

  test('SEC10 a flood ends with $bye RATE; a client that waits as told stays', async () => {
    const limits = { rates: { typing: { perSecond: 100, burst: 5 }, refusals: { perSecond: 1, burst: 50 } } }
    const { url, connect } = await startRooms({ contract: guestChat, limits })
    const ann = await connect()
    await ann.join('general')
    const eve = await connect()
    await eve.join('general')
    const ended = new Promise((resolve) => eve.socket.on('disconnect', resolve))
    for (let n = 0; n < 500; n += 1) eve.socket.emit(wire.typing, { room: 'general', typing: true })
    expect(await ended).toBe('transport close')
    expect(eve.of(wire.bye)).toEqual([[{ code: 'RATE', after: expect.any(Number), message: 'too much at once' }]])
    expect(await ann.publish('general', texts(['hello']))).toMatchObject({ ok: true })
    expect((await clientOf(connectRaw(url)).hello()).v).toBe(1)
  })

  test('SEC10 a user whose address is unknown has no more with many connections', async () => {
    const { connect } = await startRooms({
      contract: chat,
      authenticate: believe,
      limits: { rates: { publishes: slow, perAddress: 2 } },
    })
    const answers = []
    for (const letter of ['a', 'b', 'c']) {
      const eve = await connect({ id: 'eve' })
      await eve.join('general')
      answers.push(await eve.publish('general', texts(['x', 'y']), { cid: cidOf(letter) }))
    }
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, false])
    const ann = await connect({ id: 'ann' })
    await ann.join('general')
    expect(await ann.publish('general', texts(['x', 'y']))).toMatchObject({ ok: true })
  })
})

describe('connections of an address', () => {
  test.each(['before', 'after'])(
    'SEC13 are refused before they have a session, with createRooms %s io.attach',
    async (when) => {
      const http = createServer()
      const io = new Server()
      const attach = () => void io.attach(http)
      const make = () =>
        void createRooms(io, {
          contract: guestChat,
          trustProxy: 1,
          limits: { rates: { connections: { perSecond: 1, burst: 3 } } },
        })
      for (const step of when === 'before' ? [make, attach] : [attach, make]) step()
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
      onTestFinished(async () => {
        await io.close()
      })
      const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
      const open = async (address: string) =>
        (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-forwarded-for': address } })).status
      expect([await open('192.0.2.1'), await open('192.0.2.1'), await open('192.0.2.1')]).toEqual([200, 200, 200])
      expect(await open('192.0.2.1')).toBe(403)
      expect(io.engine.clientsCount).toBe(3)
      expect((await (await connectFrom('192.0.2.2', url)).hello()).v).toBe(1)
      await expect(connectFrom('192.0.2.1', url)).rejects.toThrow('websocket error')
    },
  )

  test('SEC13 no more than openConnections are open; one that ends makes space', async () => {
    const { io, url } = await startRooms({
      contract: guestChat,
      trustProxy: 1,
      limits: { rates: { openConnections: 2 } },
    })
    const ann = await connectFrom('2001:db8::1', url)
    await connectFrom('2001:db8::2', url)
    const refused = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, {
      headers: { 'x-forwarded-for': '2001:db8::3' },
    })
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { code: 4, message: 'too many connections from your address' },
    ])
    ann.socket.disconnect()
    await expect.poll(() => io.engine.clientsCount).toBe(1)
    await connectFrom('2001:db8::3', url)
  })

  test("the app's own allowRequest is still asked, and rooms.close() gives it back", async () => {
    let asked = 0
    const allowRequest = (_request: unknown, answer: (error: null, isAllowed: boolean) => void) => {
      asked += 1
      answer(null, asked === 1)
    }
    const { io, rooms, url, connect } = await startRooms({ contract: guestChat }, { allowRequest })
    await connect()
    const error = await new Promise((resolve) => connectRaw(url).on('connect_error', resolve))
    expect([asked, String(error)]).toEqual([2, 'Error: websocket error'])
    await rooms.close()
    expect((io.engine as unknown as { opts: { allowRequest: unknown } }).opts.allowRequest).toBe(allowRequest)
  })

  test('SEC13 sessions beyond the rate are refused with RATE, without a call of authenticate', async () => {
    let calls = 0
    const { url } = await startRooms({
      contract: chat,
      authenticate: (handshake) => ((calls += 1), believe(handshake)),
      trustProxy: 1,
      limits: { rates: { sessions: slow } },
    })
    await connectFrom('192.0.2.1', url)
    await connectFrom('192.0.2.1', url)
    await expect(connectFrom('192.0.2.1', url)).rejects.toMatchObject({
      data: { code: 'RATE', data: { after: expect.any(Number) } },
    })
    expect(calls).toBe(2)
    await connectFrom('192.0.2.2', url)
  })
})

describe('rateCheck', () => {
  test('is asked before a session, a join and each message, and may refuse each', async () => {
    const asked: RateContext[] = []
    const refused = new Set<string>()
    const { url } = await startRooms({
      contract: chat,
      authenticate: believe,
      trustProxy: 1,
      rateCheck: async (context) => {
        asked.push(context)
        return refused.has(context.action) ? { afterMs: 1_234 } : undefined
      },
    })
    const ann = await connectFrom('192.0.2.1', url, { id: 'ann' })
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a', 'b']))
    const address = '192.0.2.1'
    expect(asked).toEqual([
      { action: 'session', room: undefined, userId: undefined, address },
      { action: 'join', room: 'general', userId: 'ann', address },
      { action: 'publish', room: 'general', userId: 'ann', address },
      { action: 'publish', room: 'general', userId: 'ann', address },
    ])
    for (const action of ['session', 'join', 'publish']) refused.add(action)
    expect(await ann.ask(wire.join, { room: 'general' })).toEqual({ ...rate, after: 1_234 })
    expect(await ann.publish('general', texts(['c'], 3), { epoch })).toEqual({
      ...rate,
      after: 1_234,
      epoch,
      results: [],
    })
    await expect(connectFrom(address, url)).rejects.toMatchObject({ data: { code: 'RATE', data: { after: 1_234 } } })
  })

  test('of a batch it accepts as many messages as it allows, and is not asked again for those that are stored', async () => {
    let left = 2
    const { connect } = await startRooms({
      contract: guestChat,
      rateCheck: ({ action }) => (action === 'publish' && left-- <= 0 ? { afterMs: 50 } : undefined),
    })
    const ann = await connect()
    await ann.join('general')
    const batch = texts(['a', 'b', 'c'])
    expect(await ann.publish('general', batch)).toMatchObject({ ...rate, after: 50, results: [{ seq: 1 }, { seq: 2 }] })
    left = 1
    expect(await ann.publish('general', batch)).toMatchObject({
      ok: true,
      results: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
    })
  })

  test('an error of it is reported, and the request goes on', async () => {
    const { connect, errors } = await startRooms({
      contract: guestChat,
      rateCheck: () => Promise.reject(new Error('Redis is away')),
    })
    const ann = await connect()
    await ann.join('general')
    expect(await ann.publish('general', texts(['a']))).toMatchObject({ ok: true })
    expect(errors.map(({ context }) => context)).toEqual([
      { during: 'rates' },
      { during: 'rates', room: 'general' },
      { during: 'rates', room: 'general' },
    ])
  })
})
