import { expect, it } from 'vitest'
import { dayOf } from '../src/dates.ts'
import { emptyView, type Heard, withMessages, withNewEra, withSending } from '../src/room-view.ts'
import { timelineOf, type TimelineItem } from '../src/timeline.ts'

const me = { id: 'me', name: 'Me' }
const bob = { id: 'bob', name: 'Bob' }
const noon = new Date(2026, 4, 5, 12).getTime()
const minute = 60_000

function heard(seq: number, from: typeof me | undefined, at = noon): Heard {
  return { id: `${seq}`, seq, from, text: `text ${seq}`, at, isMine: from === me }
}
function summary(items: readonly TimelineItem[]) {
  return items.map((item) => {
    if (item.kind === 'day') return 'day'
    if (item.kind === 'missing') return item.reason
    return [item.from?.name ?? 'server', ...item.said.map(({ text }) => text)].join(': ')
  })
}

it('groups what one person says in one go, and begins each day anew', () => {
  const view = withMessages(emptyView, [
    heard(1, bob),
    heard(2, bob, noon + 4 * minute),
    heard(3, me, noon + 4 * minute),
    heard(4, undefined, noon + 4 * minute),
    heard(5, bob, noon + 5 * minute),
    heard(6, bob, noon + 11 * minute),
    heard(7, bob, noon + 24 * 60 * minute),
  ])
  const texts = ['Bob: text 1: text 2', 'Me: text 3', 'server: text 4', 'Bob: text 5', 'Bob: text 6']
  expect(summary(timelineOf(view, me))).toEqual(['day', ...texts, 'day', 'Bob: text 7'])
})

it('says where messages are missing, and why', () => {
  const view = withMessages(emptyView, [heard(1, bob), heard(2, bob), heard(7, bob)])
  const anew = withMessages(withNewEra(view), [heard(1, me)])
  expect(summary(timelineOf(anew, me))).toEqual([
    'day',
    'Bob: text 1: text 2',
    'hole',
    'Bob: text 7',
    'new-log',
    'Me: text 1',
  ])
})

it('puts what is on its way last, with the rest of ours', () => {
  const view = withSending(withMessages(emptyView, [heard(1, me)]), { key: 'mine 1', text: 'next', at: noon })
  expect(summary(timelineOf(view, me))).toEqual(['day', 'Me: text 1: next'])
  const keys = timelineOf(view, me).map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

it('names days as people do', () => {
  const now = new Date(noon)
  expect(dayOf(noon - 12 * 60 * minute, now)).toBe('Today')
  expect(dayOf(noon - 13 * 60 * minute, now)).toBe('Yesterday')
  expect(dayOf(new Date(2026, 2, 1).getTime(), now)).toBe('Sunday, March 1')
})
