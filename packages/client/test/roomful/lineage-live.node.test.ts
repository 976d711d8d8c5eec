import { createTimeline, type EventsMap, type Gap, type SocketIoContract, type Timeline } from '@roomful/client'
import type { Entry, JoinAnswer, PublishRequest } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startRoomful } from '../support/test-client.ts'
import { startChat } from '../rooms/support/chat-server.ts'
import { recordRoom } from '../rooms/support/record-room.ts'
import { EPOCH, joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'

const TWO = 'epoch-two'
const entry = (seq: number, data: unknown = seq): Entry => {
  const { id, from, at } = metaOf('general', seq)
  return { event: 'message', data, seq, id, from, at }
}
const next = (room: string, seq: number, kept: number) => ({
  room,
  epoch: TWO,
  seq,
  previous: { epoch: EPOCH, head: kept },
})
/** The messages of a timeline by their data and state; gaps by their numbers. */
const shown = ({ state }: Timeline<SocketIoContract<EventsMap, EventsMap>, 'message'>): string[] =>
  state
    .getState()
    .entries.map((item) =>
      item.kind === 'gap' ? `${item.reason} ${item.from}-${item.to}` : `${String(item.data)} ${item.state}`,
    )

test('RL13 rooms whose log goes on in another epoch without a loss send nothing, and go on', async () => {
  const { server, rooms, connect } = await startChat()
  const bob = await connect('Bob').join('general')
  await bob.emit('message', { text: 'before' })
  const packets: string[] = []
  const ann = connect('Ann', {
    inspect: (seen) => {
      if (seen.type === 'out') packets.push(seen.event)
    },
  })
  const joined = await Promise.all([ann.join('general'), ann.join('lobby')])
  const statuses = joined.map((room) => recordRoom(room))
  const received: unknown[] = []
  for (const room of joined) {
    room.on('message', ({ text }) => received.push(text))
    room.on('gap', (gap) => received.push(gap))
  }
  packets.length = 0
  await rooms().newEpoch()
  await bob.emit('message', { text: 'after' })
  await eventually(() => expect(received).toEqual(['after']))
  expect([packets, statuses]).toEqual([[], [['joined'], ['joined']]])
  await Promise.all(joined.map(async (room) => room.emit('message', { text: 'own' })))
  await eventually(() => expect(received).toEqual(['after', 'own', 'own']))
  expect([packets.length, server.connections]).toEqual([2, 2])
})

test('RL13 a batch under way goes again in the new epoch, and its answer from the old one does not count', async () => {
  const acks: ((answer: object) => void)[] = []
  const { url, say, dataOf, events } = await startScript({ $publish: () => (acknowledge) => acks.push(acknowledge) })
  const room = await startRoomful(url).join('general')
  const sent = room.emit('message', 'hello')
  await eventually(() => expect(acks).toHaveLength(1))
  say('$head', next('general', 0, 0))
  await eventually(() => expect(acks).toHaveLength(2))
  acks[0]?.({ ok: true, epoch: EPOCH, results: [{ seq: 1, at: 1 }] })
  acks[1]?.({ ok: true, epoch: TWO, results: [{ seq: 7, at: 1 }] })
  expect(await sent).toMatchObject({ seq: 7 })
  const [first, second] = dataOf('$publish') as PublishRequest[]
  expect(second).toEqual({ ...first, epoch: TWO })
  expect(events()).toEqual(['$join', '$publish', '$publish'])
})

test('RL12 OB6 an answer that comes after another epoch does not count until the room is joined again', async () => {
  const acks: ((answer: object) => void)[] = []
  const joins: ((answer: object) => void)[] = []
  const { url, say, dataOf } = await startScript({
    $join: (_request, _socket, nth) =>
      nth === 1 ? joinAnswer({ head: 5 }) : (acknowledge) => void joins.push(acknowledge),
    $publish: () => (acknowledge) => acks.push(acknowledge),
  })
  const room = await startRoomful(url).join('general')
  const gaps: Gap[] = []
  room.on('gap', (gap) => gaps.push(gap))
  const sent = room.emit('message', 'hello')
  await eventually(() => expect(acks).toHaveLength(1))
  say('message', 9, metaOf('general', 9, TWO))
  await eventually(() => expect(joins).toHaveLength(1))
  acks[0]?.({ ok: true, epoch: EPOCH, results: [{ seq: 6, at: 1 }] })
  joins[0]?.(joinAnswer({ epoch: TWO, head: 9, continues: 5, entries: [6, 7, 8, 9].map((seq) => entry(seq)) }))
  await eventually(() => expect(acks).toHaveLength(2))
  acks[1]?.({ ok: true, epoch: TWO, results: [{ seq: 10, at: 1 }] })
  expect(await sent).toMatchObject({ seq: 10 })
  expect(dataOf('$join')).toMatchObject([{}, { since: { epoch: EPOCH, seq: 5 } }])
  expect(gaps).toEqual([])
})

/** Ann's message is confirmed at 6, and bob's at 7 is delivered; then the log goes on without both. */
async function loseTwo(answer: Partial<JoinAnswer> = {}) {
  const script = await startScript({
    $join: (_request, _socket, nth) =>
      joinAnswer(
        nth === 1 ? { head: 5 } : { epoch: TWO, head: 6, continues: 5, entries: [entry(6, 'new')], ...answer },
      ),
    $publish: ({ epoch, items }) => ({
      ok: true,
      epoch,
      results: items.map(() => ({ seq: epoch === EPOCH ? 6 : 7, at: 1 })),
    }),
    $history: ({ before }) =>
      before === 6
        ? { ok: true, epoch: TWO, head: 6, first: 5, entries: [entry(5, 'old')] }
        : { ok: false, code: 'EPOCH' },
  })
  const room = await startRoomful(script.url).join('general')
  const gaps: Gap[] = []
  room.on('gap', (gap) => gaps.push(gap))
  const timeline = createTimeline(room, 'message')
  const receipt = await timeline.send('mine')
  const { id } = (script.dataOf('$publish')[0] as PublishRequest).items[0]!
  script.say('message', 'mine', { ...metaOf('general', 6), id, from: null })
  script.say('message', "bob's", metaOf('general', 7))
  await eventually(() => expect(shown(timeline)).toEqual(['mine confirmed', "bob's confirmed"]))
  script.say('$head', next('general', 6, 5))
  await eventually(() => expect(gaps).toHaveLength(1))
  return { ...script, room, gaps, timeline, receipt }
}

test('RL6 TL16 lost messages are reported with their numbers, and an own one can be sent again', async () => {
  const { gaps, timeline, receipt, dataOf } = await loseTwo()
  expect([receipt.confirmed && receipt.seq, gaps]).toEqual([6, [{ from: 6, to: 7, reason: 'epoch' }]])
  expect(dataOf('$join')).toMatchObject([{}, { since: { epoch: EPOCH, seq: 7 } }])
  await eventually(() => expect(shown(timeline)).toEqual(['epoch 6-7', 'new confirmed', 'mine rejected']))
  const lost = timeline.state.getState().entries.at(-1)
  expect(lost).toMatchObject({ isOwn: true, error: { code: 'LOST' } })
  await timeline.retry(lost!.key)
  expect(shown(timeline)).toEqual(['epoch 6-7', 'new confirmed', 'mine confirmed'])
  const [first, second] = (dataOf('$publish') as PublishRequest[]).map(({ items }) => items[0]!)
  expect(second).toMatchObject({ n: first!.n + 1, data: 'mine' })
  expect(second!.id).not.toBe(first!.id)
})

test('TL16 older messages stand before the gap', async () => {
  const { timeline } = await loseTwo()
  await timeline.loadOlder()
  expect(shown(timeline)).toEqual(['old confirmed', 'epoch 6-7', 'new confirmed', 'mine rejected'])
})

test('TL7 a page that is refused with EPOCH is asked for again after another join', async () => {
  const { url, dataOf, events } = await startScript({
    $join: (_request, _socket, nth) => joinAnswer(nth === 1 ? { head: 5 } : { epoch: TWO, head: 5, continues: 5 }),
    $history: ({ epoch }) =>
      epoch === TWO ? { ok: true, epoch: TWO, head: 5, first: 5, entries: [entry(5)] } : { ok: false, code: 'EPOCH' },
  })
  const timeline = createTimeline(await startRoomful(url).join('general'), 'message')
  await timeline.loadOlder()
  expect(shown(timeline)).toEqual(['5 confirmed'])
  expect(events()).toEqual(['$join', '$history', '$join', '$history'])
  expect(dataOf('$history')).toMatchObject([{ epoch: EPOCH }, { epoch: TWO }])
})

test('RL6 a message that only a page has shown counts as seen', async () => {
  const { url, say, dataOf } = await startScript({
    $join: (_request, _socket, nth) => joinAnswer(nth === 1 ? { head: 5 } : { epoch: TWO, head: 6, continues: 6 }),
    $history: ({ epoch }) => ({ ok: true, epoch: String(epoch), head: 7, first: 1, entries: [entry(6), entry(7)] }),
  })
  const room = await startRoomful(url).join('general')
  const gaps: Gap[] = []
  room.on('gap', (gap) => gaps.push(gap))
  expect((await room.history()).messages.map(({ data }) => data)).toEqual([6, 7])
  say('$head', next('general', 6, 6))
  await eventually(() => expect(gaps).toEqual([{ from: 7, to: 7, reason: 'epoch' }]))
  expect(dataOf('$join')).toMatchObject([{}, { since: { epoch: EPOCH, seq: 7 } }])
})
