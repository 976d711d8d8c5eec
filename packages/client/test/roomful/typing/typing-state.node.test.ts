import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Typists, usersOf, withoutTypists, withTypist } from '../../../src/roomful/typing/typing-state.ts'

type User = { readonly id: string }

const sign = (typists: Typists<User>, id: string, now: number) => withTypist(typists, id, { id }, now)
const expired = (typists: Typists<User>, now: number) => withoutTypists(typists, ({ until }) => until <= now)
const idsIn = (typists: Typists<User>) => typists.map(({ id }) => id)

describe('TY3 the users who type', () => {
  test('keep the order in which they began, until 6,000 ms after their last sign', () => {
    const both = sign(sign([], 'bob', 0), 'cy', 1_000)
    const again = sign(both, 'bob', 5_000)
    expect(idsIn(again)).toEqual(['bob', 'cy'])
    expect(idsIn(expired(again, 6_999))).toEqual(['bob', 'cy'])
    expect(idsIn(expired(again, 7_000))).toEqual(['bob'])
    expect(idsIn(expired(again, 11_000))).toEqual([])
  })
  test('are at most 100: a user who comes later is not shown, and replaces no other', () => {
    const all = Array.from({ length: 101 }, (_, n) => `user${n}`).reduce<Typists<User>>(
      (list, id) => sign(list, id, 0),
      [],
    )
    expect(all).toHaveLength(100)
    expect(idsIn(all)).not.toContain('user100')
    expect(sign(all, 'user0', 5)).toHaveLength(100)
  })
  test('TY5 are the same list where nothing changed', () => {
    const one = sign([], 'bob', 0)
    const shown = usersOf(one, [])
    expect(usersOf(sign(one, 'bob', 9), shown)).toBe(shown)
    expect(expired(one, 10)).toBe(one)
    expect(usersOf(sign(one, 'cy', 9), shown)).toEqual([{ id: 'bob' }, { id: 'cy' }])
  })
  test('are those with a sign and no stop, in the order of their first sign, after any sequence', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const step = fc.record({ id, does: fc.constantFrom('types', 'stops', 'nothing'), afterMs: fc.nat(3_000) })
    const isRight = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let now = 0
      let typists: Typists<User> = []
      const model: { id: string; last: number }[] = []
      return steps.every(({ id: who, does, afterMs }) => {
        now += afterMs
        const alive = model.filter(({ last }) => now < last + 6_000)
        model.splice(0, model.length, ...alive)
        typists = expired(typists, now)
        const known = model.find((one) => one.id === who)
        if (does === 'types') {
          typists = sign(typists, who, now)
          if (known) known.last = now
          else model.push({ id: who, last: now })
        } else if (does === 'stops') {
          typists = withoutTypists(typists, (one) => one.id === who)
          if (known) model.splice(model.indexOf(known), 1)
        }
        return idsIn(typists).join() === model.map((one) => one.id).join()
      })
    })
    expect(fc.check(isRight, { numRuns: 500 }).counterexample).toBeNull()
  })
})
