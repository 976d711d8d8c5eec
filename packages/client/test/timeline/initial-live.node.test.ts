import { createTimeline, type InspectEvent } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { startChat } from '../rooms/support/chat-server.ts'
import { eventually } from '../support/eventually.ts'

/** The names of the packets that the client sent, in order. */
function recordSent() {
  const sent: string[] = []
  const inspect = (event: InspectEvent): void => {
    if (event.type === 'out') sent.push(event.event)
  }
  return { sent, inspect }
}

async function startTalk(messages: number) {
  const chat = await startChat()
  const writer = await chat.connect('Bob').join('general')
  for (let n = 1; n <= messages; n += 1) await writer.emit('message', { text: `${n}` })
  return { ...chat, writer }
}

describe('TL13 the first page of a timeline', () => {
  test('comes with the join: one request, and no other', async () => {
    const { connect } = await startTalk(7)
    const { sent, inspect } = recordSent()
    const client = connect('Ann', { inspect })
    const room = client.room('general')
    const release = room.retain()
    const timeline = createTimeline(room, 'message', { initial: 3 })
    expect(timeline.state.getState().status).toBe('loading')
    await eventually(() => expect(timeline.state.getState().status).toBe('ready'))
    const texts = () => timeline.state.getState().entries.map((entry) => entry.kind === 'message' && entry.data?.text)
    expect(texts()).toEqual(['5', '6', '7'])
    expect(sent).toEqual(['$join'])
    await timeline.loadOlder(10)
    expect(texts()).toEqual(['1', '2', '3', '4', '5', '6', '7'])
    expect(timeline.state.getState().hasOlder).toBe(false)
    release()
  })

  test('is asked for when the room is joined already', async () => {
    const { connect } = await startTalk(3)
    const { sent, inspect } = recordSent()
    const room = await connect('Ann', { inspect }).join('general')
    const timeline = createTimeline(room, 'message', { initial: 2 })
    await eventually(() => expect(timeline.state.getState().status).toBe('ready'))
    expect(timeline.state.getState().entries.length).toBe(2)
    expect(sent).toEqual(['$join', '$history'])
  })

  test('of an empty room is empty and ready', async () => {
    const { connect } = await startTalk(0)
    const room = connect('Ann').room('general')
    const timeline = createTimeline(room, 'message', { initial: 50 })
    await room.join()
    await eventually(() => expect(timeline.state.getState().status).toBe('ready'))
    expect(timeline.state.getState()).toMatchObject({ hasOlder: false, hasNewer: false, error: undefined })
    expect(timeline.state.getState().entries.length).toBe(0)
  })

  test('says why it did not come, and comes with a later join', async () => {
    const { connect } = await startTalk(1)
    const room = connect('Ann').room('staff')
    const refused = connect('Bob').room('staff')
    const timeline = createTimeline(refused, 'message', { initial: 5 })
    await expect(refused.join()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await eventually(() =>
      expect(timeline.state.getState()).toMatchObject({ status: 'failed', error: { code: 'FORBIDDEN' } }),
    )
    await room.join()
  })
})

describe('TL14 a timeline whose room was left', () => {
  test('catches up when the room is joined again', async () => {
    const { connect, writer } = await startTalk(2)
    const client = connect('Ann')
    const room = await client.join('general')
    const timeline = createTimeline(room, 'message', { initial: 10 })
    const texts = () => timeline.state.getState().entries.map((entry) => entry.kind === 'message' && entry.data?.text)
    await eventually(() => expect(texts()).toEqual(['1', '2']))
    await room.leave()
    expect(texts()).toEqual(['1', '2'])
    for (const text of ['3', '4']) await writer.emit('message', { text })
    await room.join()
    await eventually(() => expect(texts()).toEqual(['1', '2', '3', '4']))
  })
})
