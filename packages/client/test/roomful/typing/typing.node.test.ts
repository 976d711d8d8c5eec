import { createTyping } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { createFakeRoom, member } from '../presence/support/fake-room.ts'

const start = (options?: Parameters<typeof createFakeRoom>[0]) => {
  const fake = createFakeRoom(options)
  const typing = createTyping(fake.room)
  const changes: string[] = []
  const idsOf = () => typing.state.getState().map(({ id }) => id)
  typing.state.subscribe(() => changes.push(idsOf().join()))
  return { ...fake, ...typing, changes, ids: idsOf }
}

describe('TY1 the sign that this user types', () => {
  test('is sent at once, again while keystrokes go on, and a stop follows 5,000 ms after the last one', async () => {
    const { keystroke, signs, pass, timers } = start()
    keystroke()
    expect(signs).toEqual([true])
    for (let n = 0; n < 59; n += 1) {
      await pass(100)
      keystroke()
    }
    expect(signs).toEqual([true, true]) // 5,900 ms
    await pass(4_999)
    expect(signs).toEqual([true, true, true])
    await pass(1)
    expect(signs).toEqual([true, true, true, false])
    expect(timers()).toBe(0)
  })
  test('is sent again for a keystroke shortly before 3,000 ms, and at once for a later one', async () => {
    const { keystroke, signs, pass } = start()
    keystroke()
    await pass(2_900)
    keystroke()
    await pass(100)
    expect(signs).toEqual([true, true])
    await pass(3_500)
    keystroke()
    expect(signs).toEqual([true, true, true])
    await pass(5_000)
    expect(signs).toEqual([true, true, true, false])
  })
  test('is followed by one stop at `stop` and at `close`, only if the sign was sent', async () => {
    const { keystroke, stop, close, signs, pass, timers } = start()
    stop()
    expect(signs).toEqual([])
    keystroke()
    stop()
    stop()
    expect(signs).toEqual([true, false])
    keystroke()
    close()
    expect(signs).toEqual([true, false, true, false])
    close()
    keystroke()
    await pass(20_000)
    expect(signs).toEqual([true, false, true, false])
    expect(timers()).toBe(0)
  })
})

test.each(['joining', 'leaving', 'left', 'failed'] as const)(
  'TY1 a stop is sent when the room is %s, since the server may still have the member',
  (status) => {
    const { keystroke, setStatus, signs, timers } = start()
    keystroke()
    setStatus(status)
    expect([signs, timers()]).toEqual([[true, false], 0])
    setStatus('joined')
    expect(signs).toEqual([true, false])
  },
)

describe('TY2 no sign is sent', () => {
  test.each([[undefined], [['presence']]])('where the server’s capabilities are %j', async (listed) => {
    const { setCapabilities, keystroke, stop, signs, typing, ids, timers } = start()
    setCapabilities(listed)
    keystroke()
    stop()
    typing('bob')
    expect([signs, ids(), timers()]).toEqual([[], [], 0])
  })
  test('while the room is not joined; the first keystroke after it is', async () => {
    const { keystroke, setStatus, setCapabilities, signs, pass, timers } = start()
    keystroke()
    setCapabilities(undefined)
    setStatus('suspended')
    expect(timers()).toBe(0)
    await pass(10_000)
    keystroke()
    setCapabilities(['typing'])
    setStatus('joined')
    expect(signs).toEqual([true])
    keystroke()
    expect(signs).toEqual([true, true])
  })
})

describe('TY3 the users who type', () => {
  test('are shown oldest first, until 6,000 ms after their last sign', async () => {
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
  test('are removed by a stop, by a message of theirs, and when they leave', () => {
    const { typing, message, setMembers, ids } = start()
    setMembers(member('ann'), member('dee'))
    for (const id of ['bob', 'cy', 'dee', 'eve']) typing(id)
    typing('bob', false)
    expect(ids()).toEqual(['cy', 'dee', 'eve'])
    message('cy')
    expect(ids()).toEqual(['dee', 'eve'])
    setMembers(member('ann'))
    expect(ids()).toEqual(['eve'])
  })
  test.each(['suspended', 'joining', 'leaving', 'left', 'failed'] as const)(
    'are none while the room is %s',
    (status) => {
      const { typing, setStatus, ids, timers } = start()
      typing('bob')
      setStatus(status)
      expect([ids(), timers()]).toEqual([[], 0])
      typing('bob')
      expect(ids()).toEqual([])
    },
  )
  test('are none after `close`, which ends all subscriptions', () => {
    const { typing, close, ids, memberListeners, otherListeners, timers, changes } = start()
    typing('bob')
    close()
    typing('cy')
    expect([ids(), memberListeners(), otherListeners(), timers(), changes]).toEqual([[], 0, 0, 0, ['bob', '']])
  })
})

describe('TY4 TY5 a sign', () => {
  test('of the user itself is not shown', () => {
    const { typing, changes } = start()
    typing('ann')
    expect(changes).toEqual([])
  })
  test('that repeats an earlier one calls no listener', async () => {
    const { typing, changes, state, pass } = start()
    typing('bob', false)
    typing('bob')
    const shown = state.getState()
    await pass(2_000)
    typing('bob')
    expect(state.getState()).toBe(shown)
    expect(changes).toEqual(['bob'])
  })
  test('that is malformed is dropped, and so is one of a user that the contract refuses', () => {
    const { receive, typing, ids, drops } = start()
    for (const message of [
      {},
      { from: null, typing: true },
      { from: { id: 5 }, typing: true },
      { from: { id: 'bob' }, typing: 1 },
    ])
      receive({ room: 'general', ...message })
    expect(drops).toEqual(Array(4).fill('$typing: not a sign of typing'))
    typing('bad')
    expect(ids()).toEqual([])
  })
})

describe('TY6 several objects for one room', () => {
  const startTwo = () => {
    const fake = createFakeRoom()
    const make = () => {
      const typing = createTyping(fake.room)
      return { ...typing, ids: () => typing.state.getState().map((user) => (user as { id: string }).id) }
    }
    return { ...fake, make, a: make(), b: make() }
  }

  test('send one sign together, and the stop when the last one stops', async () => {
    const { a, b, signs, pass, timers } = startTwo()
    a.keystroke()
    b.keystroke()
    expect(signs).toEqual([true])
    await pass(2_000)
    a.keystroke()
    b.keystroke()
    await pass(1_000)
    expect(signs).toEqual([true, true])
    a.close()
    expect([signs, timers()]).toEqual([[true, true], 1])
    a.keystroke()
    b.stop()
    expect([signs, timers()]).toEqual([[true, true, false], 0])
  })
  test('send the stop 5,000 ms after the last keystroke of those that have not stopped', async () => {
    const { a, b, signs, pass } = startTwo()
    a.keystroke()
    await pass(2_900)
    b.keystroke()
    await pass(2_100)
    expect(signs).toEqual([true, true])
    b.stop()
    expect(signs).toEqual([true, true, false])
    a.keystroke()
    await pass(1_000)
    b.keystroke()
    b.stop()
    await pass(3_999)
    expect(signs).toEqual([true, true, false, true])
    await pass(1)
    expect(signs).toEqual([true, true, false, true, false])
  })
  test('show the same users with one subscription and one timer; a closed one shows none', () => {
    const { make, a, b, typing, memberListeners, otherListeners, timers } = startTwo()
    typing('bob')
    const c = make()
    expect([a.ids(), b.ids(), c.ids()]).toEqual([['bob'], ['bob'], ['bob']])
    expect([memberListeners(), otherListeners(), timers()]).toEqual([1, 2, 1])
    a.close()
    a.close()
    c.close()
    typing('cy')
    expect([a.ids(), b.ids(), c.ids()]).toEqual([[], ['bob', 'cy'], []])
    b.close()
    expect([memberListeners(), otherListeners(), timers()]).toEqual([0, 0, 0])
    const d = make()
    typing('dee')
    expect([b.ids(), d.ids()]).toEqual([[], ['dee']])
  })
})
