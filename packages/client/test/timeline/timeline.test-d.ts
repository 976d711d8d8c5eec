import { createClient, defineContract, type MessageOf, type TimelineMessage } from '@roomful/client'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { createTimeline } from '../../src/timeline/create-timeline.ts'

const contract = defineContract({
  room: {
    message: z.object({ text: z.string(), tags: z.array(z.string()).default([]) }),
    ping: {},
    cursor: { data: z.object({ x: z.number() }), volatile: true },
  },
  user: z.object({ id: z.string(), name: z.string() }),
})
const room = createClient({ url: 'http://localhost', contract, autoConnect: false }).room('general')

test('TL1 a timeline sends what the contract accepts, and shows what readers get', () => {
  const timeline = createTimeline(room, 'message')
  expectTypeOf(timeline.send).parameters.toEqualTypeOf<[data: { text: string; tags?: string[] | undefined }]>()
  for (const entry of timeline.state.getState().entries) {
    if (entry.kind === 'gap') expectTypeOf(entry.reason).toEqualTypeOf<'retention' | 'epoch' | 'unsupported'>()
    else {
      if (entry.isRedacted) expectTypeOf(entry.data).toEqualTypeOf<undefined>()
      else expectTypeOf(entry.data).toEqualTypeOf<{ text: string; tags: string[] }>()
      expectTypeOf(entry.isOwn).toEqualTypeOf<boolean>()
      expectTypeOf(entry.from).toEqualTypeOf<{ id: string; name: string } | undefined>()
    }
  }
  expectTypeOf(createTimeline(room, 'ping').send).parameters.toEqualTypeOf<[]>()
})

test('TL1 only events that the log keeps have a timeline', () => {
  expectTypeOf(createTimeline<typeof contract, 'ping'>(room, 'ping').send).toBeFunction()
  // @ts-expect-error it is volatile
  createTimeline(room, 'cursor')
  // @ts-expect-error the contract has no such event
  createTimeline(room, 'massage')
})

test('TL1 MessageOf names the messages of a timeline', () => {
  type Message = MessageOf<typeof contract, 'message'>
  const messages: Message[] = []
  for (const entry of createTimeline(room, 'message').state.getState().entries) {
    if (entry.kind === 'message') messages.push(entry)
  }
  expectTypeOf<Message['data']>().toEqualTypeOf<{ text: string; tags: string[] } | undefined>()
  expectTypeOf<Message['from']>().toEqualTypeOf<{ id: string; name: string } | undefined>()
  expectTypeOf<Message>().toEqualTypeOf<
    TimelineMessage<{ text: string; tags: string[] }, { id: string; name: string }>
  >()
  // @ts-expect-error it is volatile
  expectTypeOf<MessageOf<typeof contract, 'cursor'>>().toBeObject()
})

test('TL13 the state says whether it is known what there is', () => {
  const { status, hasNewer } = createTimeline(room, 'message', { initial: 50, max: 500 }).state.getState()
  expectTypeOf(status).toEqualTypeOf<'loading' | 'ready' | 'failed'>()
  expectTypeOf(hasNewer).toEqualTypeOf<boolean>()
})

test('TL1 without a contract, every event has a timeline', () => {
  const untyped = createClient({ url: 'http://localhost', autoConnect: false }).room('general')
  expectTypeOf(createTimeline(untyped, 'message').send).toBeCallableWith({ any: 'thing' })
})
