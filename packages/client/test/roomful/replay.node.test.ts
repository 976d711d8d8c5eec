import type { Gap, Room } from '@roomful/client'
import type { HistoryAnswer, JoinAnswer } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startRoomful } from '../support/test-client.ts'
import { recordRoom } from '../rooms/support/record-room.ts'
import { EPOCH, joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'

const AGAIN = ['joined', 'suspended', 'joining', 'joined']

const entry = (seq: number) => {
  const { id, from, at } = metaOf('general', seq)
  return { event: 'message', data: seq, seq, id, from, at }
}

const historyAnswer = (answer: Partial<HistoryAnswer>): HistoryAnswer => ({
  ok: true,
  epoch: EPOCH,
  head: 0,
  first: 1,
  entries: [],
  ...answer,
})

/** All messages and gaps of the room in order; replayed ones are marked. */
function recordMessages(room: Pick<Room, 'on'>): unknown[] {
  const received: unknown[] = []
  room.on('message', (data, { replayed }) => received.push(replayed ? `${String(data)} replayed` : data))
  room.on('gap', (gap) => received.push(gap))
  return received
}

function gapsOf(room: Pick<Room, 'on'>): Gap[] {
  const gaps: Gap[] = []
  room.on('gap', (gap) => gaps.push(gap))
  return gaps
}

/** A server that answers the n-th join with the n-th of these. */
const startWith = (...answers: Partial<JoinAnswer>[]) =>
  startScript({ $join: (_request, _socket, nth) => joinAnswer(answers[nth - 1]) })

describe('P4 after an outage', () => {
  test('C12 missed messages are replayed, beginning after the last received one', async () => {
    const { url, say, server, dataOf } = await startWith({ head: 5 }, { head: 8, entries: [7, 8].map(entry) })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    say('message', 6, metaOf('general', 6))
    await eventually(() => expect(received).toEqual([6]))
    await server.restart()
    await eventually(() => expect(received).toEqual([6, '7 replayed', '8 replayed']))
    expect(dataOf('$join')).toEqual([
      { room: 'general', packs: true },
      { room: 'general', packs: true, since: { epoch: EPOCH, seq: 6 } },
    ])
  })
  test('C13 missed messages come page by page, before later ones', async () => {
    const { url, server, dataOf } = await startScript({
      $join: (_request, socket, nth) => {
        if (nth === 2) socket.emit('message', 5, metaOf('general', 5))
        return nth === 1 ? joinAnswer() : joinAnswer({ head: 4, entries: [1, 2].map(entry) })
      },
      $history: ({ after }) =>
        after === 2
          ? historyAnswer({ head: 5, entries: [3, 4].map(entry) })
          : historyAnswer({ head: 5, entries: [5].map(entry) }),
    })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    await server.restart()
    await eventually(() => expect(received).toHaveLength(5))
    expect(received).toEqual(['1 replayed', '2 replayed', '3 replayed', '4 replayed', 5])
    expect(dataOf('$history')).toEqual([{ room: 'general', epoch: EPOCH, after: 2, limit: 200 }])
  })
  test('C13 messages that the log dropped are a gap with their first and last seq', async () => {
    const { url, server } = await startWith({ head: 5 }, { head: 9, first: 8, entries: [8, 9].map(entry) })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    await server.restart()
    await eventually(() => expect(received).toHaveLength(3))
    expect(received).toEqual([{ from: 6, to: 7, reason: 'retention' }, '8 replayed', '9 replayed'])
  })
  test('C12 an unchanged log causes no gap', async () => {
    const { url, server } = await startWith({ head: 5 }, { head: 5 })
    const room = await startRoomful(url).join('general')
    const gaps = gapsOf(room)
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([])
  })
  test('C14 a message without a listener counts as received', async () => {
    const { url, say, server } = await startWith({ head: 0 }, { head: 2 })
    const room = await startRoomful(url).join('general')
    const gaps = gapsOf(room)
    const received: unknown[] = []
    room.on('end', () => received.push('end'))
    say('message', 'without a listener', metaOf('general', 1))
    say('end', null, metaOf('general', 2))
    await eventually(() => expect(received).toEqual(['end']))
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([])
  })
  test('C12 another epoch is a gap without a first seq', async () => {
    const { url, server } = await startWith({ head: 5 }, { head: 2, epoch: 'epoch-two' })
    const room = await startRoomful(url).join('general')
    const gaps = gapsOf(room)
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([{ from: undefined, to: 2, reason: 'epoch' }])
  })
  test('C12 a log that went back is a gap without a first seq', async () => {
    const { url, server } = await startWith({ head: 5 }, { head: 3 })
    const room = await startRoomful(url).join('general')
    const gaps = gapsOf(room)
    const statuses = recordRoom(room)
    await server.restart()
    await eventually(() => expect(statuses).toEqual(AGAIN))
    expect(gaps).toEqual([{ from: undefined, to: 3, reason: 'epoch' }])
  })
  test('RM6 nothing is delivered after a leave in the listener of the joined state', async () => {
    const { url, server } = await startWith({ head: 5 }, { head: 9, first: 8, entries: [8, 9].map(entry) })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    room.state.subscribe(({ status }) => {
      if (status === 'joined') void room.leave()
    })
    await server.restart()
    await expect.poll(() => room.status).toBe('left')
    expect(received).toEqual([])
  })
  test('RM6 nothing is delivered after a leave during the join', async () => {
    const answers: (() => void)[] = []
    const { url, server, events } = await startScript({
      $join: (_request, _socket, nth) =>
        nth === 1
          ? joinAnswer({ head: 5, members: { v: 1, count: 0, list: [] } })
          : (acknowledge) =>
              answers.push(() =>
                acknowledge(joinAnswer({ head: 9, members: { v: 3, count: 1, list: [{ user: { id: 'ann' } }] } })),
              ),
    })
    const room = await startRoomful(url).join('general')
    const gaps = gapsOf(room)
    const seen: number[] = []
    room.members.subscribe((members) => seen.push(members.size))
    await server.restart()
    await eventually(() => expect(answers).toHaveLength(1))
    const left = room.leave()
    answers[0]?.()
    await left
    expect(events()).toEqual(['$join', '$join', '$leave'])
    expect(room.status).toBe('left')
    expect([gaps, seen]).toEqual([[], []])
  })
})

describe('C13 while connected', () => {
  test('messages that are missing before a live one are fetched and come first', async () => {
    const { url, say, dataOf } = await startScript({
      $history: () => historyAnswer({ head: 3, entries: [1, 2, 3].map(entry) }),
    })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    say('message', 3, metaOf('general', 3))
    await eventually(() => expect(received).toEqual(['1 replayed', '2 replayed', '3 replayed']))
    say('message', 4, metaOf('general', 4))
    await eventually(() => expect(received).toHaveLength(4))
    expect(received.at(-1)).toBe(4)
    expect(dataOf('$history')).toHaveLength(1)
  })
  test('$head causes a fetch of a last message that was lost', async () => {
    const { url, say } = await startScript({ $history: () => historyAnswer({ head: 1, entries: [entry(1)] }) })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    say('$head', { room: 'general', epoch: EPOCH, seq: 1 })
    await eventually(() => expect(received).toEqual(['1 replayed']))
  })
  test('a page that was refused for now is requested again', async () => {
    const { url, say, dataOf } = await startScript({
      $history: (_request, _socket, nth) =>
        nth === 1 ? { ok: false, code: 'RATE' } : historyAnswer({ head: 1, entries: [entry(1)] }),
    })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    say('$head', { room: 'general', epoch: EPOCH, seq: 1 })
    await eventually(() => expect(received).toEqual(['1 replayed']))
    expect(dataOf('$history')).toHaveLength(2)
  })
  test.each(['EPOCH', 'NOT_MEMBER'])('a page that is refused with %s causes a new join', async (code) => {
    const { url, say, events } = await startScript({
      $join: (_request, _socket, nth) => joinAnswer(nth === 1 ? {} : { head: 1, entries: [entry(1)] }),
      $history: () => ({ ok: false, code }),
    })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    say('$head', { room: 'general', epoch: EPOCH, seq: 1 })
    await eventually(() => expect(received).toEqual(['1 replayed']))
    expect(events()).toEqual(['$join', '$history', '$join'])
  })
  test('a live message of another epoch causes a new join and a gap', async () => {
    const { url, say } = await startWith({ head: 5 }, { head: 1, epoch: 'epoch-two' })
    const room = await startRoomful(url).join('general')
    const received = recordMessages(room)
    say('message', 1, metaOf('general', 1, 'epoch-two'))
    await eventually(() => expect(received).toEqual([{ from: undefined, to: 1, reason: 'epoch' }]))
    say('message', 2, metaOf('general', 2, 'epoch-two'))
    await eventually(() => expect(received.at(-1)).toBe(2))
  })
  test('C14 a message whose handler throws is not fetched again', async () => {
    const { url, say, events } = await startScript()
    const room = await startRoomful(url, { onError: () => {} }).join('general')
    const received: unknown[] = []
    room.on('message', (data) => {
      received.push(data)
      throw new TypeError('oops')
    })
    for (const seq of [1, 2]) say('message', seq, metaOf('general', seq))
    await eventually(() => expect(received).toEqual([1, 2]))
    expect(events()).toEqual(['$join'])
  })
})
