import { type JoinAnswer, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import type { RoomsOptions } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { type Client, startRooms } from './support/start-rooms.ts'

type Merge = NonNullable<RoomsOptions<typeof chat>['mergePresence']>

const ann = { id: 'ann', name: 'Ann' }
const [online, away] = [{ status: 'online' }, { status: 'away' }] as const
const joinWith = async (client: Client, presence: unknown) =>
  await client.ask<JoinAnswer>(wire.join, { room: 'general', presence })

/** Ann in two tabs, the older one online and the newer one away, and somebody who asks what she shows. */
async function twoTabs(mergePresence: Merge) {
  const { connect, errors } = await startRooms({ contract: chat, authenticate: believe, mergePresence })
  const [one, two, watcher] = [await connect(ann), await connect(ann), await connect({ id: 'bob' })]
  await joinWith(one, online)
  await joinWith(two, away)
  await watcher.join('general')
  let said = 0
  /** What Ann shows once all is told that was said before: changes are told together, and one of the watcher's is among them. */
  const shown = async () => {
    const mark = (said += 1) % 2 === 0 ? online : away
    await watcher.ask(wire.presence, { room: 'general', presence: mark })
    const presenceOf = async (id: string) =>
      (await watcher.join('general')).members?.list.find(({ user }) => user.id === id)?.presence
    await expect.poll(() => presenceOf('bob')).toEqual(mark)
    return await presenceOf('ann')
  }
  return { one, two, shown, errors }
}

describe('mergePresence', () => {
  test('S16 says what a user with several states shows: here online, where one of the tabs is looked at', async () => {
    const { one, shown, errors } = await twoTabs(
      (states) => states.find(({ status }) => status === 'online') ?? states[0],
    )
    expect(await shown()).toEqual(online)
    expect(await one.ask(wire.presence, { room: 'general', presence: away })).toEqual({ ok: true })
    expect(await shown()).toEqual(away)
    expect(errors).toEqual([])
  })

  test('S16 is given the states oldest first, and is not asked about a single one', async () => {
    const asked: unknown[] = []
    const { one, two, shown } = await twoTabs((states) => {
      asked.push(states)
      return states[0]
    })
    expect(await shown()).toEqual(online)
    await one.ask(wire.presence, { room: 'general', presence: null })
    expect(await shown()).toEqual(away)
    two.socket.disconnect()
    await expect.poll(shown).toBeUndefined()
    expect(asked).toEqual([[online, away]])
  })

  test('S16 is given copies: what it does to them changes no state', async () => {
    const { two, shown, errors } = await twoTabs((states) => {
      Object.assign(states[0], states.at(-1))
      ;(states as unknown as unknown[]).reverse()
      throw new Error('half done')
    })
    expect(await shown()).toEqual(away)
    expect(errors).not.toEqual([])
    two.socket.disconnect()
    await expect.poll(shown).toEqual(online)
  })

  test.each<[string, () => unknown, RegExp]>([
    ['throws', () => expect.unreachable('no'), /no/],
    ['gives nothing', () => undefined, /mergePresence must give a state, got undefined/],
    ['gives null', () => null, /mergePresence must give a state, got null/],
    ['gives what is not JSON', () => ({ status: 1n }), /BigInt/],
    ['gives what the contract refuses', () => ({ status: 'asleep' }), /invalid data for "presence"/],
    ['gives a promise', () => Promise.resolve(online), /invalid data for "presence"/],
    ['gives too much', () => ({ status: 'away', more: 'x'.repeat(4_096) }), /at most 4096 bytes/],
  ])('S16 that %s is reported, and the newest state counts', async (_name, merge, message) => {
    const { shown, errors } = await twoTabs(merge as Merge)
    expect(await shown()).toEqual(away)
    const context = { during: 'presence', room: 'general' }
    expect(errors[0]).toEqual({ error: expect.objectContaining({ message: expect.stringMatching(message) }), context })
  })

  test('S16 without a contract for presence, what it gives is kept as JSON', async () => {
    const { connect, errors } = await startRooms({
      contract: guestChat,
      authenticate: believe,
      mergePresence: () => ({ at: new Date(0) }) as never,
    })
    const [one, two] = [await connect(ann), await connect(ann)]
    await joinWith(one, 1)
    await joinWith(two, 2)
    const list = async () => (await one.join('general')).members?.list
    await expect.poll(list).toMatchObject([{ presence: { at: '1970-01-01T00:00:00.000Z' } }])
    expect(errors).toEqual([])
  })
})
