import { createClient, defineContract } from '@roomful/client'
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

test('TL1 a timeline takes what the contract has an event sent as, and shows what readers get', () => {
  const timeline = createTimeline(room, 'message')
  expectTypeOf(timeline.send).parameters.toEqualTypeOf<[data: { text: string; tags?: string[] | undefined }]>()
  for (const entry of timeline.state.getState().entries) {
    if (entry.kind === 'gap') expectTypeOf(entry.reason).toEqualTypeOf<'retention' | 'epoch' | 'unsupported'>()
    else {
      expectTypeOf(entry.data).toEqualTypeOf<{ text: string; tags: string[] }>()
      expectTypeOf(entry.isOwn).toEqualTypeOf<boolean>()
      expectTypeOf(entry.from).toEqualTypeOf<{ id: string; name: string } | undefined>()
    }
  }
  expectTypeOf(createTimeline(room, 'ping').send).parameters.toEqualTypeOf<[]>()
})

test('TL1 only events that the room keeps have one', () => {
  expectTypeOf(createTimeline<typeof contract, 'ping'>).toBeFunction()
  // @ts-expect-error it is volatile
  createTimeline(room, 'cursor')
  // @ts-expect-error the contract has no such event
  createTimeline(room, 'massage')
})

test('TL1 without a contract, anything goes', () => {
  const untyped = createClient({ url: 'http://localhost', autoConnect: false }).room('general')
  expectTypeOf(createTimeline(untyped, 'message').send).toBeCallableWith({ any: 'thing' })
})
