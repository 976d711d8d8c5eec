import { describe, expect, test } from 'vitest'
import { discardIn } from '../../../src/roomful/outbox/outgoing.ts'
import { lostTo } from '../../../src/roomful/outbox/outbox.ts'
import { answer, createScriptedOutbox, message, yes } from './support/scripted-outbox.ts'

/** In the room on our server; the test says when something is stored. */
function start() {
  const outbox = createScriptedOutbox({ isStored: false })
  outbox.welcome()
  outbox.open()
  return outbox
}

describe('C3 what is sent is stored before', () => {
  test('in one step with the mark that it is sent', () => {
    const { emit, stored } = start()
    expect(emit(message(1))).toEqual(['store +1 sent'])
    expect(stored()).toEqual(['send general: 1'])
  })
  test('with all rooms’ changes together; what comes while that runs is in the next', () => {
    const { emit, open, stored } = start()
    open('other')
    expect(emit(message(1), message(2, { room: 'other' }), message(3))).toEqual(['store +1 sent'])
    expect(stored()).toEqual(['send general: 1', 'store +2 sent +3'])
    expect(stored()).toEqual(['send other: 2'])
  })
  test('also while there is no connection', () => {
    const { emit, stored } = createScriptedOutbox({ isStored: false })
    expect(emit(message(1))).toEqual(['store +1'])
    expect(stored()).toEqual([])
  })
  test('once: what is sent again is stored already', () => {
    const { emit, stored, unanswered, wake, close, open } = start()
    emit(message(1))
    stored()
    unanswered()
    expect(wake()).toEqual(['send general: 1'])
    close()
    expect(open()).toEqual(['send general: 1'])
  })
  test('the next batch waits until the removal of the last is stored', () => {
    const { emit, stored, answer: answered } = start()
    emit(message(1), message(2))
    stored()
    stored()
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1', 'store -1 +2 sent'])
    expect(stored()).toEqual(['send general: 2'])
  })
  test('what the connection’s end overtakes is not sent on it', () => {
    const { emit, stored, close, open } = start()
    emit(message(1))
    close()
    expect(stored()).toEqual([])
    expect(open()).toEqual(['send general: 1'])
  })
  test('nor is it sent twice where the room opens again meanwhile', () => {
    const { emit, stored, close, open } = start()
    emit(message(1))
    close()
    expect(open()).toEqual([])
    expect(stored()).toEqual(['send general: 1'])
  })
})

describe('C6 told', () => {
  const both = answer([...yes(1), { code: 'MUTED' }])

  test('confirmed at once, rejected when its removal is stored: no later page may be told otherwise', () => {
    const { emit, stored, answer: answered, close, open } = start()
    close()
    emit(message(1), message(2))
    stored()
    stored()
    expect(open()).toEqual(['store +1 sent +2 sent'])
    stored()
    expect(answered(both)).toEqual(['1 confirmed 1', 'store -1 -2'])
    expect(stored()).toEqual(['2 rejected MUTED'])
  })
  test('each with its own removal, where the storage is busy', () => {
    const { emit, stored, to, answer: answered } = start()
    emit(message(1))
    stored()
    expect(emit(message(2))).toEqual(['store +2'])
    expect(to((outbox) => discardIn(outbox, 'general', 'page-one:2'))).toEqual([])
    expect(answered(answer([{ code: 'MUTED' }]))).toEqual([])
    expect(stored()).toEqual(['store -2 -1'])
    expect(stored()).toEqual(['2 rejected DISCARDED', '1 rejected MUTED'])
  })
  test('C9 a room that refuses us: the same', () => {
    const { emit, stored, close, to } = start()
    close()
    emit(message(1))
    stored()
    const error = Object.assign(new Error('no'), { code: 'FORBIDDEN' }) as never
    expect(to((outbox) => outbox.refused('general', error))).toEqual(['store -1'])
    expect(stored()).toEqual(['1 rejected FORBIDDEN'])
  })
  test('C11 what another page took over is neither removed nor stored: it is that page’s now', () => {
    const { emit, stored, to } = start()
    emit(message(1))
    stored()
    emit(message(2), message(3))
    expect(to((outbox) => lostTo(outbox, 'page-one'))).toEqual([
      '1 unknown UNKNOWN',
      '2 unknown UNKNOWN',
      '3 unknown UNKNOWN',
    ])
    expect(stored()).toEqual([])
  })
})
