import { createTimeline, type Room, type Timeline } from '@roomful/client'
import { expect, test } from 'vitest'
import { type Chat, startChat } from '../rooms/support/chat-server.ts'
import { eventually } from '../support/eventually.ts'

type Messages = Timeline<Chat, 'message'>

const textsIn = ({ state }: Messages) =>
  state.getState().entries.map((entry) => (entry.kind === 'message' ? (entry.data?.text ?? '') : entry.reason))
const say = async (room: Room<Chat>, count: number, first = 1): Promise<void> => {
  await Promise.all(Array.from({ length: count }, (_, n) => room.emit('message', { text: String(first + n) })))
}
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => String(from + n))

test('TL12 TL13 a log that is longer than the timeline is scrolled through in both directions', async () => {
  const { connect } = await startChat()
  const bob = await connect('Bob').join('general')
  await say(bob, 400)
  const ann = connect('Ann')
  const scrolled = createTimeline(ann.room('general'), 'message', { initial: 50, max: 100 })
  expect(scrolled.state.getState()).toMatchObject({ status: 'loading', hasOlder: undefined })
  await ann.join('general')
  await eventually(() => expect(scrolled.state.getState().status).toBe('ready'))
  expect(textsIn(scrolled)).toEqual(numbers(351, 400))
  const seen = new Set(textsIn(scrolled))
  while (scrolled.state.getState().hasOlder) {
    await scrolled.loadOlder(80)
    for (const text of textsIn(scrolled)) seen.add(text)
    expect(scrolled.state.getState().entries.length).toBeLessThanOrEqual(100)
  }
  expect([...seen].toSorted((one, other) => Number(one) - Number(other))).toEqual(numbers(1, 400))
  expect(textsIn(scrolled)).toEqual(numbers(1, 100))

  await say(bob, 1, 401)
  while (scrolled.state.getState().hasNewer) await scrolled.loadNewer()
  expect(textsIn(scrolled)).toEqual(numbers(302, 401))
  await say(bob, 1, 402)
  await eventually(() => expect(textsIn(scrolled)).toEqual(numbers(303, 402)))
})

test('TL14 a timeline whose room was left and joined again shows what was missed, each message once', async () => {
  const { connect } = await startChat()
  const bob = await connect('Bob').join('general')
  const room = await connect('Ann').join('general')
  const timeline = createTimeline(room, 'message')
  await say(bob, 3)
  await eventually(() => expect(textsIn(timeline)).toEqual(numbers(1, 3)))
  await room.leave()
  await say(bob, 300, 4)
  await room.join()
  await say(bob, 20, 304)
  await eventually(() => expect(textsIn(timeline)).toEqual(numbers(1, 323)))
  expect(timeline.state.getState()).toMatchObject({ hasNewer: false, error: undefined })
})

test('TL14 another user of the same client sees nothing of the first user’s timelines', async () => {
  const { connect } = await startChat()
  let name = 'Ann'
  const client = connect('Ann', { auth: () => ({ name }) })
  const [staff, general] = [await client.join('staff'), await client.join('general')]
  const timelines = [staff, general].map((room) => createTimeline(room, 'message', { initial: 10 }))
  await staff.emit('message', { text: 'secret' })
  await general.emit('message', { text: 'hello' })
  await eventually(() => expect(timelines.map(textsIn)).toEqual([['secret'], ['hello']]))
  client.disconnect()
  name = 'Eve'
  await client.connect()
  await eventually(() => expect(timelines.map(textsIn)[0]).toEqual([]))
  const own = timelines.flatMap(({ state }) => state.getState().entries.map((entry) => 'isOwn' in entry && entry.isOwn))
  expect(own).not.toContain(true)
})
