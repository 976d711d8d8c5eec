import { createTyping } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { createFakeRoom, member } from '../presence/support/fake-room.ts'

const start = (options?: Parameters<typeof createFakeRoom>[0]) => {
  const fake = createFakeRoom(options)
  const typing = createTyping(fake.room)
  const told: string[] = []
  const idsOf = () => typing.state.getState().map(({ id }) => id)
  typing.state.subscribe(() => told.push(idsOf().join()))
  return { ...fake, ...typing, told, ids: idsOf }
}

describe('TY1 that we type', () => {
  test('is said at once, again while keystrokes go on, and taken back 5,000 ms after the last', async () => {
    const { keystroke, said, pass, timers } = start()
    keystroke()
    expect(said).toEqual([true])
    for (let n = 0; n < 59; n += 1) {
      await pass(100)
      keystroke()
    }
    expect(said).toEqual([true, true]) // 5,900 ms
    await pass(4_999)
    expect(said).toEqual([true, true, true])
    await pass(1)
    expect(said).toEqual([true, true, true, false])
    expect(timers()).toBe(0)
  })
  test('is said again for a keystroke that came shortly before it was due, and at once for one that came late', async () => {
    const { keystroke, said, pass } = start()
    keystroke()
    await pass(2_900)
    keystroke()
    await pass(100)
    expect(said).toEqual([true, true])
    await pass(3_500)
    keystroke()
    expect(said).toEqual([true, true, true])
    await pass(5_000)
    expect(said).toEqual([true, true, true, false])
  })
  test('is taken back by stop and close, once, and only where it was said', async () => {
    const { keystroke, stop, close, said, pass, timers } = start()
    stop()
    expect(said).toEqual([])
    keystroke()
    stop()
    stop()
    expect(said).toEqual([true, false])
    keystroke()
    close()
    expect(said).toEqual([true, false, true, false])
    close()
    keystroke()
    await pass(20_000)
    expect(said).toEqual([true, false, true, false])
    expect(timers()).toBe(0)
  })
})

test.each(['joining', 'leaving', 'left', 'failed'] as const)(
  'TY1 that we type is taken back where we are %s, and the connection stays: the server may still have us in',
  (status) => {
    const { keystroke, go, said, timers } = start()
    keystroke()
    go(status)
    expect([said, timers()]).toEqual([[true, false], 0])
    go('joined')
    expect(said).toEqual([true, false])
  },
)

describe('TY2 that we type is not said', () => {
  test.each([[undefined], [['presence']]])('where the server lists %j', async (listed) => {
    const { on, keystroke, stop, said, typing, ids, timers } = start()
    on(listed)
    keystroke()
    stop()
    typing('bob')
    expect([said, ids(), timers()]).toEqual([[], [], 0])
  })
  test('while we are not in; the first keystroke afterwards says it', async () => {
    const { keystroke, go, on, said, pass, timers } = start()
    keystroke()
    on(undefined)
    go('suspended')
    expect(timers()).toBe(0)
    await pass(10_000)
    keystroke()
    on(['typing'])
    go('joined')
    expect(said).toEqual([true])
    keystroke()
    expect(said).toEqual([true, true])
  })
})

describe('TY3 who types', () => {
  test('is shown oldest first, until 6,000 ms after the last sign', async () => {
    const { typing, ids, pass, timers } = start()
    typing('bob')
    await pass(1_000)
    typing('cy')
    await pass(3_000)
    typing('bob')
    expect(ids()).toEqual(['bob', 'cy'])
    expect(timers()).toBe(1)
    await pass(2_999)
    expect(ids()).toEqual(['bob', 'cy'])
    await pass(1)
    expect(ids()).toEqual(['bob'])
    await pass(2_999)
    expect(ids()).toEqual(['bob'])
    await pass(1)
    expect(ids()).toEqual([])
    expect(timers()).toBe(0)
  })
  test('ends with a stop, a message of theirs, and their leave', () => {
    const { typing, message, here, ids } = start()
    here(member('ann'), member('dee'))
    for (const id of ['bob', 'cy', 'dee', 'eve']) typing(id)
    typing('bob', false)
    expect(ids()).toEqual(['cy', 'dee', 'eve'])
    message('cy')
    expect(ids()).toEqual(['dee', 'eve'])
    here(member('ann'))
    expect(ids()).toEqual(['eve'])
  })
  test.each(['suspended', 'joining', 'leaving', 'left', 'failed'] as const)('is nobody while we are %s', (status) => {
    const { typing, go, ids, timers } = start()
    typing('bob')
    go(status)
    expect([ids(), timers()]).toEqual([[], 0])
    typing('bob')
    expect(ids()).toEqual([])
  })
  test('is nobody after close, and nothing listens any more', () => {
    const { typing, close, ids, watching, listening, timers, told } = start()
    typing('bob')
    close()
    typing('cy')
    expect([ids(), watching(), listening(), timers(), told]).toEqual([[], 0, 0, 0, ['bob', '']])
  })
})

describe('TY4 TY5 a sign', () => {
  test('of our own is not shown', () => {
    const { typing, told } = start()
    typing('ann')
    expect(told).toEqual([])
  })
  test('that repeats one tells nobody', async () => {
    const { typing, told, state, pass } = start()
    typing('bob', false)
    typing('bob')
    const shown = state.getState()
    await pass(2_000)
    typing('bob')
    expect(state.getState()).toBe(shown)
    expect(told).toEqual(['bob'])
  })
  test('that is none is dropped, and so is one from whom the contract does not accept', () => {
    const { hear, typing, ids, dropped } = start()
    for (const message of [
      {},
      { from: null, typing: true },
      { from: { id: 5 }, typing: true },
      { from: { id: 'bob' }, typing: 1 },
    ])
      hear({ room: 'general', ...message })
    expect(dropped).toEqual(Array(4).fill('$typing: not a sign of typing'))
    typing('bad')
    expect(ids()).toEqual([])
  })
})

describe('TY6 of one room', () => {
  const startTwo = () => {
    const fake = createFakeRoom()
    const make = () => {
      const typing = createTyping(fake.room)
      return { ...typing, ids: () => typing.state.getState().map((user) => (user as { id: string }).id) }
    }
    return { ...fake, make, a: make(), b: make() }
  }

  test('that we type is said once for all, and taken back when the last one stops', async () => {
    const { a, b, said, pass, timers } = startTwo()
    a.keystroke()
    b.keystroke()
    expect(said).toEqual([true])
    await pass(2_000)
    a.keystroke()
    b.keystroke()
    await pass(1_000)
    expect(said).toEqual([true, true])
    a.close()
    expect([said, timers()]).toEqual([[true, true], 1])
    a.keystroke()
    b.stop()
    expect([said, timers()]).toEqual([[true, true, false], 0])
  })
  test('one whose last keystroke was long ago holds nothing up, and one that stopped is not waited for', async () => {
    const { a, b, said, pass } = startTwo()
    a.keystroke()
    await pass(2_900)
    b.keystroke()
    await pass(2_100)
    expect(said).toEqual([true, true])
    b.stop()
    expect(said).toEqual([true, true, false])
    a.keystroke()
    await pass(1_000)
    b.keystroke()
    b.stop()
    await pass(3_999)
    expect(said).toEqual([true, true, false, true])
    await pass(1)
    expect(said).toEqual([true, true, false, true, false])
  })
  test('the same is shown, by one subscription and one timer; one that is closed shows nobody', () => {
    const { make, a, b, typing, watching, listening, timers } = startTwo()
    typing('bob')
    const c = make()
    expect([a.ids(), b.ids(), c.ids()]).toEqual([['bob'], ['bob'], ['bob']])
    expect([watching(), listening(), timers()]).toEqual([1, 2, 1])
    a.close()
    a.close()
    c.close()
    typing('cy')
    expect([a.ids(), b.ids(), c.ids()]).toEqual([[], ['bob', 'cy'], []])
    b.close()
    expect([watching(), listening(), timers()]).toEqual([0, 0, 0])
    const d = make()
    typing('dee')
    expect([b.ids(), d.ids()]).toEqual([[], ['dee']])
  })
})
