import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { membersAfter, membersFrom, type MembersView } from '../../src/roomful/members.ts'

const user = (id: string, name = id) => ({ user: { id, name } })
const idsIn = (view: MembersView | undefined) => view && [...view.members.keys()]

describe('RM9 the list of members', () => {
  const view = membersFrom({ v: 7, list: [user('ann'), user('bob')] })

  test('is the snapshot at first', () => {
    expect(view.v).toBe(7)
    expect(idsIn(view)).toEqual(['ann', 'bob'])
  })
  test('follows the next change', () => {
    const after = membersAfter(view, { room: 'a', v: 8, set: [user('cy')], gone: ['ann'] })
    expect(after?.v).toBe(8)
    expect(idsIn(after)).toEqual(['bob', 'cy'])
  })
  test('is a new map after a change; the old one stays as it was', () => {
    const after = membersAfter(view, { room: 'a', v: 8, set: [user('ann', 'Anna')] })
    expect(after?.members).not.toBe(view.members)
    expect(after?.members.get('ann')).toEqual(user('ann', 'Anna'))
    expect(view.members.get('ann')).toEqual(user('ann'))
  })
  test('keeps a member that is set and gone in one change', () => {
    expect(idsIn(membersAfter(view, { room: 'a', v: 8, set: [user('ann')], gone: ['ann'] }))).toEqual(['bob', 'ann'])
  })
  test.each([7, 6, 0])('stays as it is after an old change (%i)', (v) => {
    expect(membersAfter(view, { room: 'a', v, gone: ['ann', 'bob'] })).toBe(view)
  })
  test.each([9, 1_000])('is unknown where a change was missed (%i)', (v) => {
    expect(membersAfter(view, { room: 'a', v, gone: ['ann'] })).toBeUndefined()
  })

  test("is the server's, whichever changes come twice or never", () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      enters: fc.boolean(),
      arrives: fc.constantFrom(0, 1, 2),
    })
    const isTheSame = fc.property(fc.array(step, { maxLength: 40 }), fc.nat(1_000), (steps, base) => {
      const server = new Map<string, ReturnType<typeof user>>()
      let seen = membersFrom({ v: base, list: [] })
      return steps.every(({ id, enters, arrives }, index) => {
        const v = base + index + 1
        const named = user(id, `${id}${v}`)
        if (enters) server.set(id, named)
        else server.delete(id)
        const delta = { room: 'a', v, ...(enters ? { set: [named] } : { gone: [id] }) }
        for (let times = 0; times < arrives; times += 1)
          seen = membersAfter(seen, delta) ?? membersFrom({ v, list: [...server.values()] })
        return arrives === 0 || (seen.v === v && isDeepStrictEqual(new Map(seen.members), server))
      })
    })
    expect(fc.check(isTheSame, { numRuns: 500 }).counterexample).toBeNull()
  })
})
