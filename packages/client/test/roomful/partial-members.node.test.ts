import { describe, expect, test } from 'vitest'
import { membersAfter, membersFrom } from '../../src/roomful/members.ts'

const ann = { user: { id: 'ann' } }
const bob = { user: { id: 'bob' } }
const away = { ...ann, presence: 'away' }
const shown = (view: ReturnType<typeof membersAfter>) =>
  view && { v: view.v, count: view.count, isPartial: view.isPartial, list: [...view.members.values()] }

describe('RM9 in a partial room', () => {
  const whole = membersFrom({ v: 7, count: 2, list: [ann, bob] }, undefined, 'ann')
  const partial = membersFrom({ v: 7, count: 900, list: [ann, bob], partial: true }, undefined, 'ann')

  test('the list has only the user of this client', () => {
    expect(shown(partial)).toEqual({ v: 7, count: 900, isPartial: true, list: [ann] })
  })
  test('a client without a user has no member', () => {
    const view = membersFrom({ v: 7, count: 900, list: [ann], partial: true })
    expect(shown(view)).toEqual({ v: 7, count: 900, isPartial: true, list: [] })
  })
  test('a whole room that becomes partial keeps the user of this client', () => {
    const view = membersAfter(whole, { room: 'a', v: 8, count: 201, partial: true }, 'ann')
    expect(shown(view)).toEqual({ v: 8, count: 201, isPartial: true, list: [ann] })
    expect(view?.members.get('ann')).toBe(whole.members.get('ann'))
  })
  test('the count changes with the version', () => {
    expect(shown(membersAfter(partial, { room: 'a', v: 8, count: 901 }, 'ann'))).toMatchObject({ v: 8, count: 901 })
    expect(membersAfter(partial, { room: 'a', v: 9, count: 902 }, 'ann')).toBeUndefined()
    expect(membersAfter(partial, { room: 'a', v: 6, count: 1 }, 'ann')).toBe(partial)
  })
  test("the user's own member changes with the version of before; another member is left out", () => {
    const view = membersAfter(partial, { room: 'a', v: 7, count: 900, set: [away, bob] }, 'ann')
    expect(shown(view)).toEqual({ v: 7, count: 900, isPartial: true, list: [away] })
  })
  test('a whole list ends it', () => {
    const view = membersAfter(partial, { room: 'a', v: 8, count: 2, list: [away, bob] }, 'ann')
    expect(shown(view)).toEqual({ v: 8, count: 2, isPartial: false, list: [away, bob] })
  })
})

test('RM9 in a whole room a change with the version of before is old', () => {
  const view = membersFrom({ v: 7, count: 1, list: [ann] }, undefined, 'ann')
  expect(membersAfter(view, { room: 'a', v: 7, count: 1, set: [away] }, 'ann')).toBe(view)
})

test('RM17 the count is that of the list where the server does not send one', () => {
  expect(membersFrom({ v: 1, list: [ann, bob] }).count).toBe(2)
})
