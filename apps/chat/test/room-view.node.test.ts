import { describe, expect, it } from 'vitest'
import {
  emptyView,
  type Heard,
  MAX_MESSAGES,
  type RoomView,
  withDiscarded,
  withFailure,
  withLeft,
  withMessages,
  withNewEra,
  withReceipt,
  withSending,
} from '../src/room-view.ts'

const me = { id: 'me', name: 'Me' }
const bob = { id: 'bob', name: 'Bob' }

function heard(seq: number, text = `text ${seq}`, from = bob): Heard {
  return { id: `id ${from.id} ${seq}`, seq, from, text, at: seq * 1000, isMine: from === me }
}
const sending = (view: RoomView, key: string, text: string) => withSending(view, { key, text, at: 5 })
const receipt = (seq: number) => ({ confirmed: true, id: `id me ${seq}`, seq, at: seq * 1000 }) as const
const shown = ({ messages, outgoing }: RoomView) => [
  ...messages.map(({ text, key }) => `${text} (${key})`),
  ...outgoing.filter(({ heardAs }) => heardAs === undefined).map(({ text, status }) => `${text} [${status}]`),
]

describe('messages heard', () => {
  it('stand in the order of the log, each once, however they come', () => {
    const live = withMessages(emptyView, [heard(4), heard(5)])
    const merged = withMessages(live, [heard(2), heard(3), heard(4), heard(5), heard(1)])
    expect(merged.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(withMessages(merged, [heard(3)])).toEqual(merged)
  })

  it('are at most a thousand: the oldest give way', () => {
    const many = Array.from({ length: MAX_MESSAGES + 5 }, (_, index) => heard(index + 1))
    const { messages } = withMessages(emptyView, many)
    expect(messages).toHaveLength(MAX_MESSAGES)
    expect(messages[0]?.seq).toBe(6)
  })

  it('of a log that began anew stand after those of the old one', () => {
    const before = withMessages(emptyView, [heard(7), heard(8)])
    const after = withMessages(withNewEra(before), [heard(1, 'new')])
    expect(after.messages.map(({ era, seq }) => [era, seq])).toEqual([
      [0, 7],
      [0, 8],
      [1, 1],
    ])
  })
})

describe('a message of ours', () => {
  it('shows at once, and once, whether it is heard or confirmed first, under one key', () => {
    const sent = sending(withMessages(emptyView, [heard(1, 'before')]), 'mine 1', 'hi')
    expect(shown(sent)).toEqual(['before (id bob 1)', 'hi [sending]'])
    const heardFirst = withMessages(sent, [heard(2, 'hi', me)])
    expect(shown(heardFirst)).toEqual(['before (id bob 1)', 'hi (mine 1)'])
    const settled = withReceipt(heardFirst, 'mine 1', receipt(2), me)
    const confirmedFirst = withReceipt(sent, 'mine 1', receipt(2), me)
    for (const view of [settled, confirmedFirst, withMessages(confirmedFirst, [heard(2, 'hi', me)])]) {
      expect(shown(view)).toEqual(['before (id bob 1)', 'hi (mine 1)'])
      expect(view.outgoing).toEqual([])
    }
  })

  it('is told apart by its receipt from the same words of ours at another page', () => {
    const sent = sending(emptyView, 'mine 1', 'hi')
    const other = withMessages(sent, [heard(1, 'hi', me)])
    const both = withReceipt(withMessages(other, [heard(2, 'hi', me)]), 'mine 1', receipt(2), me)
    expect(both.messages.map(({ seq }) => seq)).toEqual([1, 2])
    expect(new Set(both.messages.map(({ key }) => key)).size).toBe(2)
    expect(withReceipt(other, 'mine 1', receipt(2), me).messages.map(({ key }) => key)).toEqual(['mine 1', 'id me 2'])
  })

  it('is none of those that were there before it was sent', () => {
    const sent = sending(withMessages(emptyView, [heard(5, 'hi', me)]), 'mine 1', 'hi')
    expect(shown(withMessages(sent, [heard(4, 'hi', me)]))).toEqual(['hi (id me 4)', 'hi (id me 5)', 'hi [sending]'])
  })

  it('that is refused says why, stays, and can be sent again or discarded', () => {
    const refused = withFailure(sending(emptyView, 'mine 1', 'hi'), 'mine 1', 'refused', 'No.')
    expect(refused.outgoing).toMatchObject([{ key: 'mine 1', status: 'refused', problem: 'No.' }])
    expect(shown(withMessages(refused, [heard(1, 'hi', me)]))).toEqual(['hi (id me 1)', 'hi [refused]'])
    expect(shown(sending(refused, 'mine 1', 'hi'))).toEqual(['hi [sending]'])
    expect(withDiscarded(refused, 'mine 1').outgoing).toEqual([])
  })

  it('whose answer was lost is settled when the log has it', () => {
    const uncertain = withFailure(sending(emptyView, 'mine 1', 'hi'), 'mine 1', 'uncertain', 'Perhaps.')
    expect(shown(uncertain)).toEqual(['hi [uncertain]'])
    const found = withMessages(uncertain, [heard(1, 'hi', me)])
    expect(shown(found)).toEqual(['hi (mine 1)'])
    expect(found.outgoing).toEqual([])
    const heardBefore = withMessages(sending(emptyView, 'mine 1', 'hi'), [heard(1, 'hi', me)])
    expect(withFailure(heardBefore, 'mine 1', 'uncertain', 'Perhaps.').outgoing).toEqual([])
  })

  it('that did not arrive stays when the room is left, and is not taken for an older one later', () => {
    const refused = withFailure(sending(emptyView, 'mine 1', 'hi'), 'mine 1', 'uncertain', 'Perhaps.')
    const left = withLeft(withMessages(refused, [heard(3)]))
    expect(left.messages).toEqual([])
    expect(shown(withMessages(left, [heard(9, 'hi', me)]))).toEqual(['hi (id me 9)', 'hi [uncertain]'])
  })
})
