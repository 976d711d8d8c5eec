import type { Entry, HistoryAnswer, JoinAnswer } from '@roomful/contract/protocol'
import { io } from 'socket.io-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expectExact, expectViews, seen } from '../roomful/faults/support/exact.ts'
import { type Person, startPerson, texts } from '../roomful/faults/support/person.ts'
import { startProxy } from '../roomful/faults/support/servers.ts'
import { eventually } from '../support/eventually.ts'
import { flaskMissing, roomfulScript, startFlask, tutorialScript } from '../support/start-flask.ts'
import { startClient, startRoomful, until } from '../support/test-client.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

/** A Flask server, and people with a proxy each. */
async function startChat(names: readonly string[]) {
  expectNothingUncaught()
  const flask = await startFlask(roomfulScript)
  onTestFinished(() => flask.stop())
  const proxies = await Promise.all(names.map(() => startProxy(flask)))
  const people = names.map((name, index) => startPerson(proxies[index]?.url ?? '', name))
  await Promise.all(people.map(({ room }) => room.join()))
  const server = { ...flask, logOf: (room: string) => readLog(flask.url, room) }
  return { server, proxies, people }
}

/** The whole log of a room, read without the SDK. */
async function readLog(url: string, room: string): Promise<readonly Entry[]> {
  const socket = io(url, { transports: ['websocket'], forceNew: true }).timeout(20_000)
  try {
    const { epoch, head } = (await socket.emitWithAck('$join', { room })) as JoinAnswer
    const entries: Entry[] = []
    while (entries.length < head) {
      const request = { room, epoch, after: entries.length, limit: 200 }
      entries.push(...((await socket.emitWithAck('$history', request)) as HistoryAnswer).entries)
    }
    return entries
  } finally {
    socket.disconnect()
  }
}

describe.skipIf(flaskMissing())('the SDK with a Flask server that speaks roomful/1', () => {
  test('P1 P2 P3 P4 under cuts, resets, stalls and lost answers, 150 messages are stored once and seen in one order', async () => {
    const { server, proxies, people } = await startChat(['Ann', 'Bob', 'Cid'])
    const faults = ['cut', 'stall', 'reset', 'lose the answers', 'delay'] as const
    for (let round = 0; round < 10; round += 1) {
      for (const [index, { send }] of people.entries()) void send(...texts(`${index}-${round}-`, 5))
      for (const [index, proxy] of proxies.entries()) {
        const fault = faults[(round + index) % faults.length]
        if (fault === 'cut' || fault === 'reset' || fault === 'stall') proxy[fault]()
        else if (fault === 'delay') proxy.delay(30)
        else proxy.drop('toClient')
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
      for (const proxy of proxies) proxy.pass()
      await eventually(() => expect(people.map(({ room }) => room.status)).toEqual(people.map(() => 'joined')))
    }
    const log = await expectExact(server, people)
    expect(log).toHaveLength(150)
    expect(people.flatMap(({ gaps }) => gaps)).toEqual([])
    for (const { client, countSent } of people) {
      expect(countSent('$join')).toBeGreaterThan(2) // several outages
      expect(client.guarantees).toEqual({
        rooms: 'roomful',
        order: true,
        replay: true,
        exactlyOnce: true,
        durability: 'memory',
        outbox: 'memory',
      })
    }
  })

  test('P1 P4 F7 a restart, which loses the log, is reported as a gap; unconfirmed messages go into the new log once', async () => {
    const { server, proxies, people } = await startChat(['Ann', 'Bob'])
    const [ann, bob] = people as [Person, Person]
    await ann.send(...texts('old', 5))
    proxies[0]?.drop('toClient')
    void ann.send('stored, and lost with the log')
    await eventually(async () => expect(await server.logOf('general')).toHaveLength(6))
    await server.stop()
    void bob.send('never sent')
    proxies[0]?.pass()
    await server.restart()

    const fresh = [...ann.messages.slice(5), ...bob.messages]
    await Promise.all(fresh.map(({ receipt }) => receipt))
    await Promise.all(people.map(({ room }) => room.join()))
    await bob.send('the end')
    const log = (await server.logOf('general')).map(seen)
    expect(log.map(({ text }) => text).sort()).toEqual(['never sent', 'stored, and lost with the log', 'the end'])
    for (const { text, receipt } of fresh) {
      const { seq, id } = log.find((entry) => entry.text === text) ?? {}
      expect(await receipt).toMatchObject({ confirmed: true, seq, id })
    }
    for (const { gaps } of people)
      expect(gaps).toEqual([{ from: undefined, to: expect.any(Number) as number, reason: 'epoch' }])
    await expectViews(log, people)
  })

  test('P1 P5 a message is rejected once, also where the first answer was lost, and delays no other message', async () => {
    const { server } = await startChat([])
    const proxy = await startProxy(server)
    const client = startRoomful(proxy.url, { ackTimeoutMs: 300, socket: { transports: ['websocket'] } })
    const room = await client.join('general')
    let deep: unknown = 'deep'
    for (let level = 0; level < 40; level += 1) deep = { deep }
    proxy.drop('toClient')
    const outcomes = Promise.allSettled(['one', deep, 'two'].map((data) => room.emit('message', data)))
    await eventually(async () => expect(await server.logOf('general')).toHaveLength(2))
    proxy.pass()
    expect(await outcomes).toMatchObject([
      { status: 'fulfilled', value: { confirmed: true, seq: 1 } },
      { status: 'rejected', reason: { code: 'SHAPE', message: 'the data must be JSON, nested at most 32 deep' } },
      { status: 'fulfilled', value: { confirmed: true, seq: 2 } },
    ])
    expect((await server.logOf('general')).map(({ data }) => data)).toEqual(['one', 'two'])
  })
})

describe.skipIf(flaskMissing())("the SDK with the tutorial's Flask server", () => {
  test('P4 messages during an outage are not replayed, which a gap reports; no message is confirmed', async () => {
    const flask = await startFlask(tutorialScript)
    onTestFinished(() => flask.stop())
    const proxy = await startProxy(flask)
    const [ann, bob] = [startClient(proxy.url), startClient(flask.url)]
    const [anns, bobs] = await Promise.all([ann.join('general'), bob.join('general')])
    const [annHeard, bobHeard, gaps]: unknown[][] = [[], [], []]
    anns.on('broadcast_message', ({ text }) => annHeard?.push(text))
    bobs.on('broadcast_message', ({ text }) => bobHeard?.push(text))
    anns.on('gap', (gap) => gaps?.push(gap))
    const say = async (text: string) => {
      expect(await bobs.emit('broadcast', { text })).toEqual({ confirmed: false, id: expect.any(String) })
      await eventually(() => expect(bobHeard?.at(-1)).toBe(text))
    }

    await say('before')
    await eventually(() => expect(annHeard).toEqual(['before']))
    proxy.refuse()
    proxy.cut()
    await until(ann, 'reconnecting')
    await say('missed')
    proxy.pass()
    await eventually(() => expect(anns.status).toBe('joined'))
    await say('after')
    await eventually(() => expect(annHeard).toEqual(['before', 'after']))
    expect(gaps).toEqual([{ from: undefined, to: undefined, reason: 'unsupported' }])
    expect(ann.guarantees).toMatchObject({
      rooms: 'plain',
      replay: false,
      exactlyOnce: false,
      durability: 'none',
      outbox: 'none',
    })
  })
})
