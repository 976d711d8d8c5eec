import { ValidationError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { startOwnPresence } from './support/start-own-presence.ts'

describe('PR1 before a presence is set', () => {
  test('nothing is sent, in any state of the room', async () => {
    const { setStatus, carried, requests, shown, pass, timers } = startOwnPresence()
    for (const status of ['leaving', 'left', 'joining', 'joined', 'suspended', 'joining', 'joined'] as const) {
      setStatus(status)
      expect(carried()).toBeUndefined()
    }
    await pass(1_000)
    expect([requests, shown, timers()]).toEqual([[], [], 0])
  })
})

describe('PR2 set', () => {
  test('throws for a presence that the contract refuses or that has no JSON, and changes nothing', () => {
    const { set, shown, requests } = startOwnPresence()
    expect(() => set('bad')).toThrow(ValidationError)
    expect(() => set(undefined)).toThrow('cannot be encoded')
    expect(() => set(1n)).toThrow('cannot be encoded')
    expect(shown).toEqual([])
    expect(requests).toEqual([])
  })
  test('sends nothing for a presence that equals the last one, also after clear', async () => {
    const { set, clear, accept, sent, shown, pass } = startOwnPresence()
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
    expect(shown).toEqual([{ status: 'away' }, 'nothing'])
  })
  test('copies the presence', async () => {
    const { set, cut, carried } = startOwnPresence()
    const state = { status: 'away' }
    set(state)
    state.status = 'changed'
    await cut()
    expect(carried()).toEqual({ status: 'away' })
  })
  test('shows the presence as other members get it, in JSON; the contract checks that JSON', () => {
    const { set, state } = startOwnPresence()
    const given = { at: new Date(0), list: [1] }
    set(given)
    given.list.push(2)
    expect(state().presence).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] })
    set(null)
    expect(state().presence).toBeUndefined()
  })
})

describe('PR3 a presence', () => {
  test('is sent at once, one request at a time, at most one every 100 ms, and the newest last', async () => {
    const { set, accept, sent, pass } = startOwnPresence()
    for (let n = 0; n < 50; n += 1) set(n)
    expect(sent()).toEqual([0])
    await pass(1_000)
    expect(sent()).toEqual([0]) // the first is not answered yet
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
  test('is not sent where the server has it already', async () => {
    const { set, accept, sent, pass } = startOwnPresence()
    set('a')
    await accept()
    set('b')
    set('a')
    await pass(1_000)
    expect(sent()).toEqual(['a'])
  })
  test('is sent again after a change whose outcome is unknown', async () => {
    const { set, accept, timeOut, sent, pass } = startOwnPresence()
    set('a')
    await accept()
    await pass(100)
    set('b')
    set('a')
    await timeOut()
    await pass(999)
    expect(sent()).toEqual(['a', 'b'])
    await pass(1_001)
    expect(sent()).toEqual(['a', 'b', 'a'])
  })
  test('that was refused temporarily is sent later, when the server says so', async () => {
    const { set, refuse, sent, pass, shown } = startOwnPresence()
    set('a')
    await refuse('RATE', { after: 7_000 })
    set('b')
    await pass(6_999)
    expect(sent()).toEqual(['a'])
    await pass(3_501)
    expect(sent()).toEqual(['a', 'b'])
    expect(shown).toEqual(['a', 'b'])
  })
  test('is sent on a new connection without the wait that the earlier one asked for', async () => {
    const { set, refuse, cut, setStatus, sent, pass } = startOwnPresence()
    set('a')
    await refuse('RATE', { after: 7_000 })
    await cut()
    setStatus('joined')
    await pass(100)
    expect(sent()).toEqual(['a', 'a'])
  })
  test('that is answered NOT_MEMBER joins the room again, at most once every 1 to 1.5 s', async () => {
    let rejoins = 0
    const rejoin = () => {
      rejoins += 1
      setStatus('joining')
      carried()
      setStatus('joined')
    }
    const { set, refuse, accept, setStatus, carried, sent, pass, timers } = startOwnPresence({ rejoin })
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
  test('is not sent for ever where the server refuses to remove it', async () => {
    const { set, clear, refuse, timeOut, sent, pass } = startOwnPresence()
    set('a')
    await timeOut()
    clear()
    for (let times = 0; times < 4; times += 1) {
      await pass(2_000)
      await refuse('FORBIDDEN')
    }
    expect(sent()).toEqual(['a', null])
  })
  test('leaves no timer, also where the connection ends during a wait', async () => {
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
