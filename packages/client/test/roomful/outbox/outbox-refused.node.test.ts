import { describe, expect, test } from 'vitest'
import { answer, createScriptedOutbox, message, yes } from './support/scripted-outbox.ts'

/** Message 1 is under way; 2 and 3 wait behind it. */
function createSending(options: Parameters<typeof createScriptedOutbox>[0] = {}) {
  const outbox = createScriptedOutbox(options)
  outbox.hello()
  outbox.open()
  outbox.emit(message(1), message(2), message(3))
  return outbox
}
/** Messages 1 and 2 are under way; 3 waits behind them. */
function createBatch() {
  const outbox = createScriptedOutbox()
  outbox.hello()
  outbox.emit(message(1), message(2))
  outbox.open()
  outbox.emit(message(3))
  return outbox
}

describe('OB23 C9 the server refuses the room, or puts the client out of it, while a batch is under way', () => {
  test('messages that were never sent are rejected at once; those under way wait for their answer', () => {
    const { refuse, queued } = createBatch()
    expect(refuse()).toEqual(['3 rejected FORBIDDEN'])
    expect(queued()).toEqual(['1 sent', '2 sent'])
  })
  test('results count as they come', () => {
    const { refuse, answer: answerBatch, queued } = createBatch()
    refuse()
    expect(answerBatch(answer([...yes(1), { code: 'MUTED' }]))).toEqual(['1 confirmed 1', '2 rejected MUTED'])
    expect(queued()).toEqual([])
  })
  test.each(['NOT_MEMBER', 'UNAVAILABLE', 'EPOCH', 'FORBIDDEN'])(
    'the rest of an answer with %s is rejected with the reason of the room, where no other request carried it',
    (code) => {
      const { refuse, answer: answerBatch, errors } = createBatch()
      refuse()
      expect(answerBatch(answer(yes(1), { code }))).toEqual(['1 confirmed 1', '2 rejected FORBIDDEN'])
      expect(errors.at(-1)?.message).toBe('you are not allowed')
    },
  )
  test('the rest of an answer with UNAVAILABLE alone is unknown: the log may have it', () => {
    const { refuse, answer: answerBatch } = createBatch()
    refuse()
    expect(answerBatch(answer([], { code: 'UNAVAILABLE' }))).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN'])
  })
  test('the rest is unknown, where an earlier request carried it', () => {
    const { noAnswer, wake, refuse, answer: answerBatch } = createSending()
    noAnswer()
    wake()
    refuse()
    expect(answerBatch(answer([], { code: 'NOT_MEMBER' }))).toEqual([
      '1 unknown UNKNOWN',
      '2 rejected FORBIDDEN',
      '3 rejected FORBIDDEN',
    ])
  })
  test('a result of an earlier request of the same messages counts', () => {
    const { noAnswer, wake, refuse, answer: answerBatch } = createSending()
    noAnswer()
    wake()
    refuse()
    expect(answerBatch(answer([], { code: 'NOT_MEMBER' }), 0)).toEqual([])
    expect(answerBatch(answer(yes(1)), 0)).toEqual(['1 confirmed 1'])
  })
  test('without an answer in time, or with the connection lost, they are unknown', () => {
    const late = createBatch()
    late.refuse()
    expect(late.noAnswer()).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN'])
    const lost = createBatch()
    lost.refuse()
    expect(lost.close()).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN'])
  })
  test('an answer about another log than the batch’s says nothing of them', () => {
    const { refuse, answer: answerBatch } = createBatch()
    refuse()
    const said = answer(yes(2), { epoch: 'epoch-two' })
    expect(answerBatch(said)).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN'])
  })
  test('the room needs no membership for them, and they are not sent again after the next join', () => {
    const { core, refuse, open, emit, answer: answerBatch, leave } = createBatch()
    refuse()
    expect([core.count().rooms.size, core.count().sending]).toEqual([0, 2])
    expect(emit(message(4))).toEqual([])
    expect(open()).toEqual(['send general: 4'])
    expect(answerBatch(answer(yes(2)), 0)).toEqual(['1 confirmed 1', '2 confirmed 2'])
    expect(answerBatch(answer(yes(1, 3)), 1)).toEqual(['4 confirmed 3'])
    expect(leave()).toEqual([])
  })
  test('leaving the room afterwards does not end their wait', () => {
    const { refuse, leave, answer: answerBatch } = createBatch()
    refuse()
    expect(leave()).toEqual([])
    expect(answerBatch(answer(yes(2)))).toEqual(['1 confirmed 1', '2 confirmed 2'])
  })
  test('a batch that waits for the storage is not sent, and its messages are rejected', () => {
    const { refuse, stored, queued } = createSending({ hasStorage: true })
    refuse()
    stored()
    expect(stored()).toEqual(['1 rejected FORBIDDEN', '2 rejected FORBIDDEN', '3 rejected FORBIDDEN'])
    expect(queued()).toEqual([])
  })
  test('no wait for the room goes on', () => {
    const { answer: answerBatch, refuse, open, emit } = createSending()
    answerBatch(answer([], { code: 'RATE', after: 60_000 }))
    refuse()
    emit(message(5))
    expect(open()).toEqual(['send general: 5'])
  })
})
