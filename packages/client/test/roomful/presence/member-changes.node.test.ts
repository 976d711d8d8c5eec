import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memberChanges } from '../../../src/roomful/presence/member-changes.ts'

describe('PR8 the changes between two lists of members', () => {
  test('begin with the members who left; an update has the member before', () => {
    const changes = memberChanges(
      new Map([
        ['ann', 1],
        ['bob', 1],
        ['cy', 1],
      ]),
      new Map([
        ['dee', 1],
        ['bob', 2],
        ['cy', 1],
      ]),
    )
    expect(changes).toEqual([
      { type: 'leave', id: 'ann', member: 1 },
      { type: 'enter', id: 'dee', member: 1 },
      { type: 'update', id: 'bob', member: 2, previous: 1 },
    ])
  })
  test('are none where either list is empty', () => {
    const here = new Map([['ann', 1]])
    expect([memberChanges(new Map(), here), memberChanges(here, new Map())]).toEqual([[], []])
  })
  test('turn the first list into the second, with one change for each member that differs', () => {
    const list = fc
      .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(2), { minKeys: 1, noNullPrototype: true })
      .map((entries) => new Map(Object.entries(entries)))
    const isRight = fc.property(list, list, (before, now) => {
      const made = new Map(before)
      for (const { type, id, member, previous } of memberChanges(before, now)) {
        if (type === 'leave') made.delete(id)
        else made.set(id, member)
        const was = before.get(id)
        if ((type === 'enter') !== (was === undefined) || (type === 'update' && (previous !== was || member === was)))
          return false
      }
      const changed = [...new Set([...before.keys(), ...now.keys()])].filter((id) => before.get(id) !== now.get(id))
      return isDeepStrictEqual(made, now) && memberChanges(before, now).length === changed.length
    })
    expect(fc.check(isRight, { numRuns: 500 }).counterexample).toBeNull()
  })
})
