import {
  createClient,
  createPresence,
  createTyping,
  defineContract,
  type Member,
  type ReadonlyStore,
  type RoomfulError,
} from '@roomful/client'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const contract = defineContract({
  room: { message: z.string() },
  user: z.object({ id: z.string(), name: z.string() }),
  presence: z.object({ status: z.enum(['online', 'away']), since: z.number().default(0) }),
})
const room = createClient({ url: 'http://localhost', contract, autoConnect: false }).room('general')

test('PR2 a presence is set with the contract’s input type, and read with its output type', () => {
  const { set, state, self, others, on } = createPresence(room)
  expectTypeOf(set).parameters.toEqualTypeOf<[presence: { status: 'online' | 'away'; since?: number | undefined }]>()
  expectTypeOf(state.getState().presence).toEqualTypeOf<{ status: 'online' | 'away'; since: number } | undefined>()
  expectTypeOf(state.getState().error).toEqualTypeOf<RoomfulError | undefined>()
  expectTypeOf(self).toEqualTypeOf<ReadonlyStore<Member<typeof contract> | undefined>>()
  expectTypeOf(others.getState().get('ann')!.user).toEqualTypeOf<{ id: string; name: string }>()
  on('update', (member, previous) => {
    expectTypeOf(member).toEqualTypeOf<Member<typeof contract>>()
    expectTypeOf(previous).toEqualTypeOf<Member<typeof contract> | undefined>()
  })
  // @ts-expect-error the contract has no such presence
  set({ status: 'gone' })
  // @ts-expect-error there is no such change
  on('join', () => {})
})

test('TY3 typing users have the contract’s user type', () => {
  const typing = createTyping(room)
  expectTypeOf(typing.state.getState()).toEqualTypeOf<readonly { id: string; name: string }[]>()
  expectTypeOf(typing.keystroke).parameters.toEqualTypeOf<[]>()
})
