import { createTimeline, type Room } from '@roomful/client'
import type { Hello, JoinAnswer, JoinsAnswer, Refused } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startRoomful, until } from '../support/test-client.ts'
import { startChat } from './support/chat-server.ts'
import { joinAnswer, startScript } from './support/scripted-server.ts'

interface Join {
  readonly room: string
  readonly since?: unknown
}
type Answer = JoinAnswer | Refused | undefined
const names = ['a', 'b', 'c']

/** A server that answers each room of a `$join` by `answer`, and no request where that throws nothing to answer with. */
async function startJoins(answer: (join: Join, nth: number) => Answer, hello: Partial<Hello> = {}) {
  const requests: (string | string[])[] = []
  const script = await startScript({
    hello: { capabilities: ['joins'], ...hello },
    $join: (raw) => (acknowledge) => {
      const request = raw as Partial<Join> & { readonly rooms?: readonly Join[] }
      const joins = request.rooms ?? [request as Join]
      requests.push(request.rooms ? joins.map(({ room }) => room) : joins[0]!.room)
      const answers = joins.map((join) => answer(join, requests.length))
      if (answers.includes(undefined)) return
      acknowledge(request.rooms ? ({ ok: true, answers } as JoinsAnswer) : answers[0]!)
    },
  })
  return { ...script, requests }
}
const statuses = (rooms: readonly Room[]) => rooms.map(({ status }) => status)

describe('RM16 rooms', () => {
  test('that are joined in one task go in one request; after an outage all of them do, each with its place', async () => {
    const { url, server, requests, dataOf } = await startJoins(() => joinAnswer({ head: 7 }))
    const client = startRoomful(url)
    await client.join('first')
    await Promise.all(names.map((name) => client.join(name)))
    await server.restart()
    await expect.poll(() => requests).toEqual(['first', names, ['first', ...names]])
    const since = { epoch: 'epoch-one', seq: 7 }
    expect(dataOf('$join').at(-1)).toMatchObject({ rooms: ['first', ...names].map((room) => ({ room, since })) })
    await expect.poll(() => statuses(names.map((name) => client.room(name)))).toEqual(['joined', 'joined', 'joined'])
  })

  test('that are held in one task, as components do, go in one request', async () => {
    const { url, requests } = await startJoins(() => joinAnswer())
    const client = startRoomful(url)
    await client.connect()
    for (const name of names) client.room(name).retain()
    await expect.poll(() => requests).toEqual([names])
  })

  test('are refused each by itself', async () => {
    const { url } = await startJoins(({ room }) =>
      room === 'b' ? { ok: false, code: 'FORBIDDEN', message: 'not you' } : joinAnswer(),
    )
    const client = startRoomful(url)
    const joins = await Promise.allSettled(names.map((name) => client.join(name)))
    expect(joins).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'FORBIDDEN', message: 'not you' } },
      { status: 'fulfilled' },
    ])
  })

  test('RM4 whose answer is malformed are left, each by itself', async () => {
    const { url, dataOf } = await startJoins(({ room }) =>
      room === 'b' ? ({ ok: true, epoch: 7 } as never) : joinAnswer(),
    )
    const client = startRoomful(url)
    const joins = await Promise.allSettled(names.map((name) => client.join(name)))
    expect(joins).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'INVALID' } },
      { status: 'fulfilled' },
    ])
    await expect.poll(() => dataOf('$leave')).toEqual([{ room: 'b' }])
  })

  test('that get no answer before the connection ends are joined again, together', async () => {
    const { url, server, requests } = await startJoins((_join, nth) => (nth === 1 ? undefined : joinAnswer()))
    const client = startRoomful(url)
    const joins = Promise.all(names.map((name) => client.join(name)))
    await expect.poll(() => requests).toHaveLength(1)
    await server.restart()
    await joins
    expect(requests).toEqual([names, names])
  })

  test('of which one is left before the answer: it is left afterwards, the others stay joined', async () => {
    let send = (): void => {}
    const { url, dataOf } = await startScript({
      hello: { capabilities: ['joins'] },
      $join: () => (acknowledge) => {
        send = () => acknowledge({ ok: true, answers: names.map(() => joinAnswer()) })
      },
    })
    const client = startRoomful(url)
    const [, b] = names.map((name) => client.room(name))
    const joins = Promise.allSettled(names.map((name) => client.join(name)))
    await until(client, 'connected')
    await expect.poll(() => dataOf('$join')).toHaveLength(1)
    void b!.leave()
    send()
    expect((await joins).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await expect.poll(() => dataOf('$leave')).toEqual([{ room: 'b' }])
    await expect.poll(() => statuses(names.map((name) => client.room(name)))).toEqual(['joined', 'left', 'joined'])
  })

  test('that go alone where the server does not list joins', async () => {
    const { url, requests } = await startJoins(() => joinAnswer(), { capabilities: [] })
    const client = startRoomful(url)
    await Promise.all(names.map((name) => client.join(name)))
    expect(requests).toEqual(names)
  })

  test('TL1 a timeline asks for its first page where the answer has no room for it', async () => {
    const asked: unknown[] = []
    const { url } = await startScript({
      hello: { capabilities: ['joins'] },
      $join: () => (acknowledge) =>
        acknowledge({ ok: true, answers: names.map(() => joinAnswer({ head: 2, first: 1 })) }),
      $history: (request) => {
        asked.push(request)
        const entry = { event: 'message', data: 'hi', seq: 2, id: 'server:2', from: null, at: 1 }
        return joinAnswer({ head: 2, first: 1, entries: [entry] })
      },
    })
    const client = startRoomful(url)
    const rooms = names.map((name) => client.room(name))
    const timeline = createTimeline(rooms[0]!, 'message', { initial: 5 })
    for (const room of rooms) room.retain()
    await expect.poll(() => timeline.state.getState().entries.length).toBe(1)
    expect(asked).toMatchObject([{ room: 'a', limit: 5 }])
    timeline.close()
  })
})

test('P2 P4 rooms that come back together miss no message, and get none twice', async () => {
  const chat = await startChat()
  const [ann, bob] = [chat.connect('Ann'), chat.connect('Bob')]
  const heard: string[] = []
  const rooms = await Promise.all(
    names.map(async (name) => {
      const room = await ann.join(name)
      room.on('message', ({ text }) => heard.push(text))
      return room
    }),
  )
  const others = await Promise.all(names.map((name) => bob.join(name)))
  for (const room of others) await room.send({ text: `${room.name} 1` })
  await expect.poll(() => heard).toHaveLength(3)
  ann.disconnect()
  for (const text of ['2', '3']) for (const room of others) await room.send({ text: `${room.name} ${text}` })
  await ann.connect()
  for (const room of others) await room.send({ text: `${room.name} 4` })
  await expect.poll(() => heard).toHaveLength(12)
  for (const { name } of rooms)
    expect(heard.filter((text) => text.startsWith(String(name)))).toEqual(
      ['1', '2', '3', '4'].map((text) => `${name} ${text}`),
    )
})

test('RM16 rooms joined together end in the same states as rooms joined one by one', async () => {
  const answer = fc.constantFrom<Answer>(
    joinAnswer(),
    joinAnswer({ head: 3, members: { v: 1, count: 1, list: [{ user: { id: 'bob' } }] } }),
    { ok: false, code: 'FORBIDDEN' },
    { ok: false, code: 'RATE', after: 60_000 },
    { ok: true, epoch: 'x', head: -1 } as never,
    {} as never,
  )
  let answers: readonly Answer[] = []
  const answerTo = ({ room }: Join): Answer => answers[Number(room.split(' ')[1])]
  const servers = [await startJoins(answerTo), await startJoins(answerTo, { capabilities: [] })]
  const clients = servers.map(({ url }) => startRoomful(url))
  let run = 0
  const property = fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 8 }), async (given) => {
    answers = given
    run += 1
    const outcomes = clients.map(async (client) => {
      const rooms = given.map((_, index) => client.room(`run${run} ${index}`))
      await Promise.allSettled(rooms.map((room) => room.join()))
      const seen = rooms.map((room) => {
        const { status, error } = room.state.getState()
        return [status, error?.code, room.members.getState().size]
      })
      await Promise.all(rooms.map((room) => room.leave()))
      return seen
    })
    const [together, single] = await Promise.all(outcomes)
    expect(together).toEqual(single)
  })
  await fc.assert(property, { numRuns: 20 })
})
