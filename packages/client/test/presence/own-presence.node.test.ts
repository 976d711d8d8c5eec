import { createPresence, RoomfulError, ValidationError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { createFakeRoom } from './support/fake-room.ts'

const start = (options?: Parameters<typeof createFakeRoom>[0]) => {
  const fake = createFakeRoom(options)
  const presence = createPresence(fake.room)
  const told: unknown[] = []
  presence.state.subscribe(({ presence: state, error }) => told.push(error?.code ?? state ?? 'nothing'))
  return {
    ...fake,
    set: presence.set as (state: unknown) => void,
    clear: presence.clear,
    state: presence.state.getState,
    told,
    sent: () => fake.asked.map(({ presence: state }) => state),
    async accept() {
      fake.asked.at(-1)?.accept()
      await fake.pass(0)
    },
    async refuse(code: string, data?: unknown) {
      fake.asked.at(-1)?.refuse(new RoomfulError(code, `no: ${code}`, { refusal: { code, data } }))
      await fake.pass(0)
    },
    async cut() {
      fake.go('suspended')
      fake.asked.at(-1)?.refuse(new RoomfulError('DISCONNECTED', 'cut off'))
      await fake.pass(0)
    },
  }
}

describe('PR2 set', () => {
  test('throws for what the contract does not accept, and for what is none, and changes nothing', () => {
    const { set, told, asked } = start()
    expect(() => set('bad')).toThrow(ValidationError)
    expect(() => set(undefined)).toThrow('invalid data for "presence"')
    expect(() => set(1n)).toThrow('cannot be encoded')
    expect(told).toEqual([])
    expect(asked).toEqual([])
  })
  test('says nothing where it is equal to the last, also after a clear', async () => {
    const { set, clear, accept, sent, told, pass } = start()
    clear()
    set({ status: 'away' })
    await accept()
    set({ status: 'away' })
    await pass(1_000)
    clear()
    await accept()
    clear()
    await pass(1_000)
    expect(sent()).toEqual([{ status: 'away' }, null])
    expect(told).toEqual([{ status: 'away' }, 'nothing'])
  })
  test('takes a copy', async () => {
    const { set, cut, carried } = start()
    const state = { status: 'away' }
    set(state)
    state.status = 'changed'
    await cut()
    expect(carried()).toEqual({ status: 'away' })
  })
})

describe('PR3 our state goes', () => {
  test('at once, one in flight, at most one in 100 ms, the newest last', async () => {
    const { set, accept, sent, pass } = start()
    for (let n = 0; n < 50; n += 1) set(n)
    expect(sent()).toEqual([0])
    await pass(1_000)
    expect(sent()).toEqual([0]) // no answer yet
    await accept()
    expect(sent()).toEqual([0, 49])
    await accept()
    set(50)
    expect(sent()).toEqual([0, 49])
    await pass(99)
    expect(sent()).toEqual([0, 49])
    await pass(1)
    expect(sent()).toEqual([0, 49, 50])
  })
  test('not at all where it ends as it began', async () => {
    const { set, accept, sent, pass } = start()
    set('a')
    await accept()
    set('b')
    set('a')
    await pass(1_000)
    expect(sent()).toEqual(['a'])
  })
  test('again where nobody knows whether the one before was taken', async () => {
    const { set, accept, asked, sent, pass } = start()
    set('a')
    await accept()
    await pass(100)
    set('b')
    set('a')
    asked.at(-1)?.refuse(new RoomfulError('TIMEOUT', 'no answer'))
    await pass(999)
    expect(sent()).toEqual(['a', 'b'])
    await pass(1_001)
    expect(sent()).toEqual(['a', 'b', 'a'])
  })
  test('a moment later where it was refused for now, or when the server says', async () => {
    const { set, refuse, sent, pass, told } = start()
    set('a')
    await refuse('RATE', { after: 7_000 })
    set('b')
    await pass(6_999)
    expect(sent()).toEqual(['a'])
    await pass(1)
    expect(sent()).toEqual(['a', 'b'])
    expect(told).toEqual(['a', 'b'])
  })
  test('and leaves no timer behind', async () => {
    const { set, accept, cut, pass, timers } = start()
    set('a')
    await accept()
    await pass(100)
    expect(timers()).toBe(0)
    set('b')
    await cut()
    await pass(100)
    expect(timers()).toBe(0)
  })
})

describe('PR4 a join carries', () => {
  test('the newest state, and nothing goes after one that was confirmed', async () => {
    const { set, accept, cut, carried, go, sent, pass } = start()
    expect(carried()).toBeUndefined()
    set('a')
    await accept()
    await cut()
    expect(carried()).toBe('a')
    go('joined')
    await pass(1_000)
    expect(sent()).toEqual(['a'])
  })
  test('one that was set meanwhile: it goes once more, for the verdict', async () => {
    const { set, cut, carried, go, sent, accept, pass, told } = start()
    set('a')
    await accept()
    await cut()
    set('b')
    expect(carried()).toBe('b')
    go('joined')
    await pass(1_000)
    expect(sent()).toEqual(['a', 'b'])
    await accept()
    await pass(1_000)
    expect(sent()).toEqual(['a', 'b'])
    expect(told).toEqual(['a', 'b'])
  })
  test('what was taken back meanwhile: null', async () => {
    const { set, clear, accept, cut, carried, go } = start()
    set('a')
    await accept()
    await cut()
    clear()
    expect(carried()).toBeNull()
    go('joined')
  })
  test('the one before where the newest was refused', async () => {
    const { set, accept, refuse, cut, carried, pass } = start()
    set('a')
    await accept()
    await pass(100)
    set('b')
    await refuse('SHAPE')
    await cut()
    expect(carried()).toBe('a')
  })
  test('what was set, and set back, since: the server has what the join brought', async () => {
    const { set, accept, cut, carried, go, sent, pass } = start()
    set('a')
    await accept()
    await cut()
    set('b')
    carried()
    set('a')
    go('joined')
    await pass(100)
    expect(sent()).toEqual(['a', 'a'])
  })
  test('nothing where we go in for messages that wait, without the app', () => {
    const { set, carried } = start({ joined: false })
    set('a')
    expect(carried()).toBeUndefined()
  })
})

describe('PR5 a refusal', () => {
  test('is shown until another state is accepted; what stood before stands', async () => {
    const { set, accept, refuse, told, state, sent, pass } = start()
    set('a')
    await accept()
    await pass(100)
    set('b')
    await refuse('TOO_LARGE')
    expect(state()).toMatchObject({ presence: 'b', error: { code: 'TOO_LARGE' } })
    await pass(10_000)
    set('b')
    expect(sent()).toEqual(['a', 'b'])
    set('a')
    await pass(10_000)
    expect(sent()).toEqual(['a', 'b']) // the server has it
    expect(told).toEqual(['a', 'b', 'TOO_LARGE', 'a'])
    set('b')
    expect(sent()).toEqual(['a', 'b', 'b'])
  })
  test('of a state that is the last no more is nobody’s', async () => {
    const { set, refuse, told, sent } = start()
    set('a')
    set('b')
    await refuse('SHAPE')
    expect(told).toEqual(['a', 'b'])
    expect(sent()).toEqual(['a'])
  })
  test('is asked for again after the next join, and told once where it is the same', async () => {
    const { set, refuse, cut, go, accept, told, sent, pass } = start()
    set('a')
    await refuse('SHAPE')
    await cut()
    go('joined')
    await pass(1_000)
    await refuse('SHAPE')
    await cut()
    go('joined')
    await pass(1_000)
    await accept()
    expect(sent()).toEqual(['a', 'a', 'a'])
    expect(told).toEqual(['a', 'SHAPE', 'a'])
  })
  test.each([[undefined], [['typing']]])(
    'is UNSUPPORTED once joined where the server lists %j; nothing is sent',
    async (listed) => {
      const { on, set, go, told, asked, carried, pass } = start({ joined: false })
      on(listed)
      set('a')
      go('joining')
      expect(carried()).toBeUndefined()
      expect(told).toEqual(['a'])
      go('joined')
      expect(told).toEqual(['a', 'UNSUPPORTED'])
      set('b')
      await pass(1_000)
      expect(told).toEqual(['a', 'UNSUPPORTED', 'b', 'UNSUPPORTED'])
      expect(asked).toEqual([])
    },
  )
  test('is UNSUPPORTED where another server has taken over that keeps none, until the first is back', async () => {
    const { on, set, accept, cut, go, carried, told, pass, sent } = start()
    set('a')
    await accept()
    await cut()
    on(undefined)
    expect(carried()).toBeUndefined()
    go('joined')
    expect(told).toEqual(['a', 'UNSUPPORTED'])
    go('suspended')
    on(['presence'])
    carried()
    go('joined')
    await pass(100)
    expect(sent()).toEqual(['a', 'a'])
    await accept()
    expect(told).toEqual(['a', 'UNSUPPORTED', 'a'])
  })
})

describe('PR6 our state is forgotten', () => {
  test.each(['leaving', 'left'] as const)(
    'when the room is %s; the answer that is still to come says nothing',
    async (status) => {
      const { set, go, accept, carried, told, sent, pass, timers } = start()
      set('a')
      go(status)
      await accept()
      expect(told).toEqual(['a', 'nothing'])
      expect(timers()).toBe(0)
      go('joining')
      expect(carried()).toBeUndefined()
      go('joined')
      await pass(1_000)
      expect(sent()).toEqual(['a'])
      set('a')
      expect(sent()).toEqual(['a', 'a'])
    },
  )
  test('where another user joins than the one who said it', async () => {
    const { set, accept, cut, be, carried, told } = start()
    set('a')
    await accept()
    await cut()
    be('bob')
    expect(carried()).toBeUndefined()
    expect(told).toEqual(['a', 'nothing'])
  })
  test('also where nobody knows whether the server had it from the one who said it', () => {
    const { set, go, be, carried } = start({ joined: false })
    set('a')
    go('joining')
    expect(carried()).toBe('a')
    be('bob')
    expect(carried()).toBeUndefined()
  })
  test('not where it was set before they joined, though it be the same', async () => {
    const { set, accept, cut, be, carried, told } = start()
    set('a')
    await accept()
    await cut()
    set('a')
    be('bob')
    expect(carried()).toBe('a')
    expect(told).toEqual(['a'])
  })
})
