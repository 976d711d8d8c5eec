import { describe, expect, test } from 'vitest'
import { answer, createScriptedOutbox, message, NOW, session, yes } from './support/scripted-outbox.ts'

/** The user is known, and the room is joined. */
function start(...script: Parameters<typeof createScriptedOutbox>) {
  const outbox = createScriptedOutbox(...script)
  outbox.hello()
  outbox.open()
  return outbox
}

describe('C4 OB4 a room has one batch under way', () => {
  test('and messages emitted meanwhile go together in the next one', () => {
    const { emit, answer: answered } = start()
    expect(emit(message(1), message(2), message(3))).toEqual(['send general: 1'])
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1', 'send general: 2 3'])
    expect(answered(answer(yes(2, 2)))).toEqual(['2 confirmed 2', '3 confirmed 3'])
  })
  test('and does not wait for other rooms', () => {
    const { emit, open, answer: answered } = start()
    expect(open('other')).toEqual([])
    expect(emit(message(1), message(2, { room: 'other' }))).toEqual(['send general: 1', 'send other: 2'])
    expect(answered(answer(yes(1)), 1)).toEqual(['2 confirmed 1'])
  })
  test('that carries the epoch of the latest join', () => {
    const { emit, open, batches, noAnswer, wake } = start()
    emit(message(1))
    open('general', { epoch: 'epoch-two' })
    noAnswer()
    expect(wake()).toEqual(['send general: 1'])
    expect(batches.map(({ epoch }) => epoch)).toEqual(['epoch-one', 'epoch-two'])
  })
})

describe('P8 the app joins a room in which the client still is, for its messages', () => {
  test('the batch under way is finished, and the next one follows the answer to the join', () => {
    const { emit, open, step, answer: answered } = start()
    expect(emit(message(1))).toEqual(['send general: 1'])
    step({ type: 'joining', room: 'general' })
    expect(emit(message(2))).toEqual([])
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1'])
    expect(open()).toEqual(['send general: 2'])
  })
  test('a connection that is lost meanwhile needs the next join', () => {
    const { emit, open, step, close } = start()
    step({ type: 'joining', room: 'general' })
    emit(message(1))
    close()
    expect(open()).toEqual(['send general: 1'])
  })
})

describe('C5 OB6 the same messages are sent again, before later ones', () => {
  test('after the connection was cut', () => {
    const { emit, close, open, queued } = start()
    emit(message(1), message(2))
    expect(close()).toEqual([])
    expect(queued()).toEqual(['1 sent', '2'])
    emit(message(3))
    expect(open()).toEqual(['send general: 1 2 3'])
  })
  test('on the same connection, when no answer came in time', () => {
    const { emit, noAnswer, wake, answer: answered } = start()
    emit(message(1), message(2))
    expect(noAnswer()).toEqual(['wait 0'])
    expect(wake()).toEqual(['send general: 1 2'])
    expect(answered(answer(yes(1)), 0)).toEqual(['1 confirmed 1'])
    expect(answered(answer(yes(2)), 1)).toEqual(['2 confirmed 2'])
  })
  test('C6 after an answer about another epoch', () => {
    const { emit, open, wake, answer: answered } = start()
    emit(message(1))
    expect(answered(answer(yes(1), { epoch: 'epoch-two' }))).toEqual(['wait 0, join again'])
    expect(wake()).toEqual([])
    expect(open('general', { epoch: 'epoch-two' })).toEqual(['send general: 1'])
    expect(answered(answer(yes(1), { epoch: 'epoch-two' }))).toEqual(['1 confirmed 1'])
  })
})

describe('C7 OB7 a passing refusal', () => {
  test('keeps the rest in order until the wait is over', () => {
    const { emit, answer: answered, wake } = start()
    emit(message(1), message(2), message(3))
    answered(answer(yes(1)))
    expect(answered(answer(yes(1, 2), { code: 'RATE', after: 500 }))).toEqual(['2 confirmed 2', 'wait 500'])
    expect(emit(message(4))).toEqual([])
    expect(wake()).toEqual(['send general: 3 4'])
  })
  test('is over when the connection ends', () => {
    const { emit, answer: answered, close, open } = start()
    emit(message(1))
    answered(answer([], { code: 'RATE', after: 60_000 }))
    close()
    expect(open()).toEqual(['send general: 1'])
  })
  test.each(['EPOCH', 'NOT_MEMBER'])('%s sends nothing until the room is joined again', (code) => {
    const { emit, answer: answered, wake, open } = start()
    emit(message(1))
    expect(answered(answer([], { code }))).toEqual(['wait 0, join again'])
    expect(wake()).toEqual([])
    expect(open()).toEqual(['send general: 1'])
  })
})

describe('C7 an untouched message counts as never sent', () => {
  test('if its only batch was answered without a result for it', () => {
    const { emit, answer: answered, discard } = start()
    emit(message(1))
    answered(answer([], { code: 'RATE', after: 500 }))
    expect(discard(1)).toEqual(['1 rejected DISCARDED'])
  })
  test('but not if an earlier batch with it stays unanswered', () => {
    const { emit, answer: answered, noAnswer, wake, discard } = start()
    emit(message(1))
    noAnswer()
    wake()
    answered(answer([], { code: 'RATE', after: 500 }))
    expect(discard(1)).toEqual(['1 unknown UNKNOWN'])
  })
  test('and is marked anew when it is sent', () => {
    const { emit, answer: answered, step, queued, core } = start()
    emit(message(1))
    answered(answer([], { code: 'RATE', after: 500 }))
    expect(queued()).toEqual(['1'])
    step({ type: 'woken', room: 'general' }, NOW + 7)
    expect(core.messagesIn('general').map(({ sentAt }) => sentAt)).toEqual([NOW + 7])
  })
})

describe('C9 OB9 a message that ends without an answer is rejected if it was never sent, otherwise unknown', () => {
  const startWithTwo = () => {
    const outbox = start()
    outbox.emit(message(1), message(2))
    return outbox
  }

  test('when the room refuses the user', () => {
    const { refuse, close, hello, emit, queued } = startWithTwo()
    close()
    hello('bob')
    emit(message(3))
    hello('ada')
    expect(refuse()).toEqual(['1 unknown UNKNOWN', '2 rejected FORBIDDEN'])
    expect(queued()).toEqual(['3'])
  })
  test('when another room refuses the user, it stays', () => {
    expect(startWithTwo().refuse('other')).toEqual([])
  })
  test('when it is discarded', () => {
    const { discard, answer: answered, emit } = startWithTwo()
    expect(discard(2)).toEqual(['2 rejected DISCARDED'])
    expect(discard(1)).toEqual(['1 unknown UNKNOWN'])
    expect(discard(1)).toEqual([])
    expect(emit(message(3))).toEqual([])
    expect(answered(answer(yes(1)))).toEqual(['send general: 3'])
  })
  test('when the outbox is cleared, in all rooms', () => {
    const { clear, emit, core } = startWithTwo()
    emit(message(3, { room: 'other' }))
    expect(clear()).toEqual(['1 unknown UNKNOWN', '2 rejected DISCARDED', '3 rejected DISCARDED'])
    expect(core.count()).toMatchObject({ queued: 0, sending: 0, bytes: 0 })
  })
  test('when the client is closed, and later messages are rejected', () => {
    const { end, emit, answer: answered } = startWithTwo()
    expect(end()).toEqual(['1 unknown UNKNOWN', '2 rejected DISCONNECTED'])
    expect(emit(message(3))).toEqual(['3 rejected DISCONNECTED'])
    expect(answered(answer([], { code: 'RATE' }))).toEqual([])
  })
})

describe('C10 P8 nothing is sent', () => {
  test('before the user is known, closed pages are adopted, and the room is joined', () => {
    const { emit, user, open, ready } = createScriptedOutbox()
    expect(emit(message(1))).toEqual([])
    expect(user()).toEqual([])
    expect(open()).toEqual([])
    expect(ready()).toEqual(['send general: 1'])
  })
  test('after the connection ended', () => {
    const { emit, close, answer: answered } = start()
    emit(message(1))
    answered(answer(yes(1)))
    close()
    expect(emit(message(2))).toEqual([])
  })
})

describe('C11 OB12 messages of a closed page', () => {
  const old = [message(8, { cid: 'page-old', sentAt: 999_999_999 }), message(9, { cid: 'page-old' })]

  test('go before the messages of this page, in batches of their own', () => {
    const { emit, user, open, adopt, ready, answer: answered } = createScriptedOutbox()
    emit(message(1))
    user()
    open()
    expect(adopt(...old)).toEqual([])
    expect(ready()).toEqual(['send general: 8 9'])
    expect(answered(answer(yes(2)))).toEqual(['8 confirmed 1', '9 confirmed 2', 'send general: 1'])
  })
  test('go behind them if that page closes later', () => {
    const { emit, adopt, answer: answered } = start()
    emit(message(1), message(2))
    expect(adopt(...old)).toEqual([])
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1', 'send general: 2'])
    expect(answered(answer(yes(1)))).toEqual(['2 confirmed 1', 'send general: 8 9'])
  })
  test('go on when another page has taken over the messages of this page, whose outcome is unknown', () => {
    const { emit, adopt, lose, queued } = start()
    emit(message(1), message(2, { room: 'other' }))
    adopt(...old)
    expect(lose()).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN', 'send general: 8 9'])
    expect([queued(), queued('other')]).toEqual([['8 sent', '9 sent'], []])
  })
})

test('C19 OB13 a message that ends connections goes alone, ends as unknown, and does not hold up the others', () => {
  const { emit, close, open } = start()
  emit(message(1), message(2), message(3))
  const words: string[] = []
  for (let connections = 0; connections < 12; connections += 1) words.push(...close(), ...open())
  expect(words.filter((word) => word.includes('unknown'))).toEqual([
    '1 unknown UNKNOWN',
    '2 unknown UNKNOWN',
    '3 unknown UNKNOWN',
  ])
  expect(open()).toEqual([])
})

describe('P7 OB3 the outbox is bounded', () => {
  test('by the number of messages in all rooms; a settled message makes room', () => {
    const { emit, answer: answered, core } = start({ limit: { messages: 2, bytes: 1_000 } })
    expect(emit(message(1), message(2, { room: 'other' }))).toEqual(['send general: 1'])
    expect(emit(message(3))).toEqual(['3 rejected QUEUE_FULL'])
    answered(answer(yes(1)))
    expect(emit(message(4))).toEqual(['send general: 4'])
    expect(core.count()).toMatchObject({ queued: 1, sending: 1, bytes: 2 })
  })
  test('by their bytes', () => {
    const { emit, core } = start({ limit: { messages: 10, bytes: 30 } })
    expect(emit(message(1, { data: 'x'.repeat(18) }), message(2, { data: 'x'.repeat(9) }), message(3))).toEqual([
      'send general: 1',
      '2 rejected QUEUE_FULL',
    ])
    expect(core.count()).toMatchObject({ queued: 1, sending: 1, bytes: 21 })
  })
  test('by the bytes of one message, which says so and does not wait', () => {
    const { emit, core } = start({ limit: { messages: 10, bytes: 30 } })
    expect(emit(message(1, { data: 'x'.repeat(40) }), message(2))).toEqual(['1 rejected TOO_LARGE', 'send general: 2'])
    expect(core.count()).toMatchObject({ queued: 0, sending: 1 })
  })
  test('by what the server takes of one message, also after it takes less', () => {
    const { emit, close, open } = start()
    emit(message(1, { data: 'x'.repeat(98) }))
    emit(message(2, { data: 'x'.repeat(98) }), message(3))
    close()
    expect(open('general', { ...session, eventBytes: 99 })).toEqual([
      '1 unknown UNKNOWN',
      '2 rejected TOO_LARGE',
      'send general: 3',
    ])
  })
})

describe('P3 OB20 messages of a page that are blocked in a room', () => {
  const block = (...names: string[]) => ({ type: 'blocked', names: new Set(names) }) as const

  test('wait, while those of other pages go, and go when they are not blocked any more', () => {
    const { step, user, open, adopt, ready, emit, answer: answered } = createScriptedOutbox()
    user()
    open()
    open('other')
    adopt(message(8, { cid: 'page-old' }))
    step(block('page-one general'))
    expect(ready()).toEqual(['send general: 8'])
    expect(emit(message(1))).toEqual([])
    expect(answered(answer(yes(1)))).toEqual(['8 confirmed 1'])
    expect(emit(message(2, { room: 'other' }))).toEqual(['send other: 2'])
    expect(step(block())).toEqual(['send general: 1'])
  })
})
