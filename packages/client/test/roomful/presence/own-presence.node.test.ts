import { ValidationError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { startOwnPresence } from './support/start-own-presence.ts'

describe('PR1 a presence of which nothing is asked', () => {
  test('says nothing, whatever becomes of the room', async () => {
    const { go, carried, asked, told, pass, timers } = startOwnPresence()
    for (const status of ['leaving', 'left', 'joining', 'joined', 'suspended', 'joining', 'joined'] as const) {
      go(status)
      expect(carried()).toBeUndefined()
    }
    await pass(1_000)
    expect([asked, told, timers()]).toEqual([[], [], 0])
  })
})

describe('PR2 set', () => {
  test('throws for what the contract does not accept, and for what is none, and changes nothing', () => {
    const { set, told, asked } = startOwnPresence()
    expect(() => set('bad')).toThrow(ValidationError)
    expect(() => set(undefined)).toThrow('cannot be encoded')
    expect(() => set(1n)).toThrow('cannot be encoded')
    expect(told).toEqual([])
    expect(asked).toEqual([])
  })
  test('says nothing where it is equal to the last, also after a clear', async () => {
    const { set, clear, accept, sent, told, pass } = startOwnPresence()
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
    const { set, cut, carried } = startOwnPresence()
    const state = { status: 'away' }
    set(state)
    state.status = 'changed'
    await cut()
    expect(carried()).toEqual({ status: 'away' })
  })
  test('shows what readers get: JSON, which the contract sees too', () => {
    const { set, state } = startOwnPresence()
    const given = { at: new Date(0), list: [1] }
    set(given)
    given.list.push(2)
    expect(state().presence).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] })
    set(null)
    expect(state().presence).toBeUndefined()
  })
})

describe('PR3 our state goes', () => {
  test('at once, one in flight, at most one in 100 ms, the newest last', async () => {
    const { set, accept, sent, pass } = startOwnPresence()
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
    const { set, accept, sent, pass } = startOwnPresence()
    set('a')
    await accept()
    set('b')
    set('a')
    await pass(1_000)
    expect(sent()).toEqual(['a'])
  })
  test('again where nobody knows whether the one before was taken', async () => {
    const { set, accept, lose, sent, pass } = startOwnPresence()
    set('a')
    await accept()
    await pass(100)
    set('b')
    set('a')
    await lose()
    await pass(999)
    expect(sent()).toEqual(['a', 'b'])
    await pass(1_001)
    expect(sent()).toEqual(['a', 'b', 'a'])
  })
  test('a moment later where it was refused for now, or when the server says', async () => {
    const { set, refuse, sent, pass, told } = startOwnPresence()
    set('a')
    await refuse('RATE', { after: 7_000 })
    set('b')
    await pass(6_999)
    expect(sent()).toEqual(['a'])
    await pass(1)
    expect(sent()).toEqual(['a', 'b'])
    expect(told).toEqual(['a', 'b'])
  })
  test('at once on another connection: the wait was asked for by one that is gone', async () => {
    const { set, refuse, cut, go, sent, pass } = startOwnPresence()
    set('a')
    await refuse('RATE', { after: 7_000 })
    await cut()
    go('joined')
    await pass(100)
    expect(sent()).toEqual(['a', 'a'])
  })
  test('after another join where the server says that we are not in; that is asked for once in 1 to 2 s', async () => {
    let rejoins = 0
    const rejoin = () => {
      rejoins += 1
      go('joining')
      carried()
      go('joined')
    }
    const { set, refuse, accept, go, carried, sent, pass, timers } = startOwnPresence({ rejoin })
    set('a')
    for (const times of [1, 2, 3]) {
      await refuse('NOT_MEMBER')
      expect([rejoins, carried()]).toEqual([times, 'a'])
      await pass(999)
      expect(sent()).toHaveLength(times)
      await pass(1_001)
    }
    await accept()
    await pass(100)
    expect([sent().length, timers()]).toEqual([4, 0])
  })
  test('not for ever where the server refuses even to forget', async () => {
    const { set, clear, refuse, lose, sent, pass } = startOwnPresence()
    set('a')
    await lose()
    clear()
    for (let times = 0; times < 4; times += 1) {
      await pass(2_000)
      await refuse('FORBIDDEN')
    }
    expect(sent()).toEqual(['a', null])
  })
  test('and leaves no timer behind', async () => {
    const { set, accept, cut, pass, timers } = startOwnPresence()
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
