import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { discardIn } from '../../../src/roomful/outbox/outgoing.ts'
import { lostTo } from '../../../src/roomful/outbox/outbox.ts'
import { answer, createScriptedOutbox, message, session, yes } from './support/scripted-outbox.ts'

/** In the room on our server. */
function start(...script: Parameters<typeof createScriptedOutbox>) {
  const outbox = createScriptedOutbox(...script)
  outbox.welcome()
  outbox.open()
  return outbox
}

describe('C4 one batch a room', () => {
  test('is on its way at a time: what comes meanwhile goes together in the next', () => {
    const { emit, answer: answered } = start()
    expect(emit(message(1), message(2), message(3))).toEqual(['send general: 1'])
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1', 'send general: 2 3'])
    expect(answered(answer(yes(2, 2)))).toEqual(['2 confirmed 2', '3 confirmed 3'])
  })
  test('does not wait for other rooms', () => {
    const { emit, open, answer: answered } = start()
    expect(open('other')).toEqual([])
    expect(emit(message(1), message(2, { room: 'other' }))).toEqual(['send general: 1', 'send other: 2'])
    expect(answered(answer(yes(1)), 1, 'other')).toEqual(['2 confirmed 1'])
  })
  test('carries the epoch of the last join', () => {
    const { emit, open, queues, unanswered, wake } = start()
    emit(message(1))
    open('general', { epoch: 'epoch-two' })
    unanswered()
    expect(wake()).toEqual(['send general: 1'])
    expect(queues.get('general')?.flight?.epoch).toBe('epoch-two')
  })
})

describe('C5 the same keys again, in front of what came later', () => {
  test('after a cut', () => {
    const { emit, close, open, waiting } = start()
    emit(message(1), message(2))
    expect(close()).toEqual([])
    expect(waiting()).toEqual(['1 sent', '2'])
    emit(message(3))
    expect(open()).toEqual(['send general: 1 2 3'])
  })
  test('after a time without an answer, on the same connection', () => {
    const { emit, unanswered, wake, answer: answered } = start()
    emit(message(1), message(2))
    expect(unanswered()).toEqual(['wait 0'])
    expect(wake()).toEqual(['send general: 1 2'])
    expect(answered(answer(yes(1)), 0)).toEqual(['1 confirmed 1'])
    expect(answered(answer(yes(2)), 1)).toEqual(['2 confirmed 2'])
  })
  test('C6 after an answer of another epoch, which is not believed', () => {
    const { emit, open, wake, answer: answered } = start()
    emit(message(1))
    expect(answered(answer(yes(1), { epoch: 'epoch-two' }))).toEqual(['wait 0, join again'])
    expect(wake()).toEqual([])
    expect(open('general', { epoch: 'epoch-two' })).toEqual(['send general: 1'])
    expect(answered(answer(yes(1), { epoch: 'epoch-two' }))).toEqual(['1 confirmed 1'])
  })
})

describe('C7 a refusal that passes', () => {
  test('keeps the rest in order; nothing goes before the wait is over', () => {
    const { emit, answer: answered, wake } = start()
    emit(message(1), message(2), message(3))
    answered(answer(yes(1)))
    expect(answered(answer(yes(1, 2), { code: 'RATE', after: 500 }))).toEqual(['2 confirmed 2', 'wait 500'])
    expect(emit(message(4))).toEqual([])
    expect(wake()).toEqual(['send general: 3 4'])
  })
  test('is over with the connection', () => {
    const { emit, answer: answered, close, open } = start()
    emit(message(1))
    answered(answer([], { code: 'RATE', after: 60_000 }))
    close()
    expect(open()).toEqual(['send general: 1'])
  })
  test.each(['EPOCH', 'NOT_MEMBER'])('%s: nothing goes before we are let in again', (code) => {
    const { emit, answer: answered, wake, open } = start()
    emit(message(1))
    expect(answered(answer([], { code }))).toEqual(['wait 0, join again'])
    expect(wake()).toEqual([])
    expect(open()).toEqual(['send general: 1'])
  })
})

describe('C9 what will not be answered', () => {
  const no = new RoomfulError('FORBIDDEN', 'you are not allowed')
  const startWithBoth = () => {
    const outbox = start()
    outbox.emit(message(1), message(2))
    return outbox
  }

  test('a room that refuses us: never sent is rejected, sent is unknown', () => {
    const { to, close, emit, size } = startWithBoth()
    close()
    emit(message(3, { user: 'bob' }))
    expect(to((outbox) => outbox.refused('general', no))).toEqual(['1 unknown UNKNOWN', '2 rejected FORBIDDEN'])
    expect(size().messages).toBe(1)
  })
  test('what is discarded: the same', () => {
    const { to, answer: answered, emit } = startWithBoth()
    expect(to((outbox) => discardIn(outbox, 'general', 'page-one:2'))).toEqual(['2 rejected DISCARDED'])
    expect(to((outbox) => discardIn(outbox, 'general', 'page-one:1'))).toEqual(['1 unknown UNKNOWN'])
    expect(to((outbox) => discardIn(outbox, 'general', 'page-one:1'))).toEqual([])
    expect(emit(message(3))).toEqual([])
    expect(answered(answer(yes(1)))).toEqual(['send general: 3']) // the first answer counted
  })
})

describe('C10 P8 nothing goes', () => {
  test('before we are welcome, what earlier pages left is there, and we are in the room', () => {
    const { emit, to, open } = createScriptedOutbox()
    expect(emit(message(1, { user: undefined }))).toEqual([])
    expect(to((outbox) => outbox.greet('ada', 1))).toEqual([])
    expect(open()).toEqual([])
    expect(to((outbox) => outbox.ready())).toEqual(['send general: 1'])
  })
  test('after the connection ended', () => {
    const { emit, close, answer: answered } = start()
    emit(message(1))
    answered(answer(yes(1)))
    close()
    expect(emit(message(2))).toEqual([])
  })
})

describe('C11 what an earlier page left', () => {
  const old = [message(8, { cid: 'page-old', sentAt: 999_999_999 }), message(9, { cid: 'page-old' })]

  test('goes before ours, in batches of its own', () => {
    const { emit, to, open, answer: answered } = createScriptedOutbox()
    emit(message(1, { user: undefined }))
    to((outbox) => outbox.greet('ada', 1_000))
    open()
    expect(to((outbox) => outbox.adopt(old, true))).toEqual([])
    expect(to((outbox) => outbox.ready())).toEqual(['send general: 8 9'])
    expect(answered(answer(yes(2)))).toEqual(['8 confirmed 1', '9 confirmed 2', 'send general: 1'])
  })
  test('goes behind ours, where it comes later', () => {
    const { emit, to, answer: answered } = start()
    emit(message(1), message(2))
    expect(to((outbox) => outbox.adopt(old, false))).toEqual([])
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1', 'send general: 2'])
    expect(answered(answer(yes(1)))).toEqual(['2 confirmed 1', 'send general: 8 9'])
  })
  test('and ours, where another page has taken it over: that page tells the server, nobody knows what', () => {
    const { emit, to, waiting, size } = start()
    emit(message(1), message(2, { room: 'other' }))
    to((outbox) => outbox.adopt(old, false))
    expect(to((outbox) => lostTo(outbox, 'page-one'))).toEqual([
      '1 unknown UNKNOWN',
      '2 unknown UNKNOWN',
      'send general: 8 9',
    ])
    expect([waiting(), waiting('other'), size().messages]).toEqual([['8 sent', '9 sent'], [], 2])
  })
})

describe('C19 a message that ends connections', () => {
  test('goes alone, ends as unknown, and holds up nobody for ever', () => {
    const { emit, close, open } = start()
    emit(message(1), message(2), message(3))
    const sent: string[] = []
    for (let deaths = 0; deaths < 12; deaths += 1) sent.push(...close(), ...open())
    expect(sent.filter((word) => word.includes('unknown'))).toEqual([
      '1 unknown UNKNOWN',
      '2 unknown UNKNOWN',
      '3 unknown UNKNOWN',
    ])
    expect(open()).toEqual([])
  })
})

describe('P7 what waits has a bound', () => {
  test('of messages, over all rooms; what is settled makes room', () => {
    const { emit, answer: answered, size } = start({ limit: { messages: 2, bytes: 1_000 } })
    expect(emit(message(1), message(2, { room: 'other' }))).toEqual(['send general: 1'])
    expect(emit(message(3))).toEqual(['3 rejected QUEUE_FULL'])
    answered(answer(yes(1)))
    expect(emit(message(4))).toEqual(['send general: 4'])
    expect(size()).toEqual({ messages: 2, bytes: 2 })
  })
  test('of bytes', () => {
    const { emit, size } = start({ limit: { messages: 10, bytes: 30 } })
    expect(emit(message(1, { data: 'x'.repeat(18) }), message(2, { data: 'x'.repeat(9) }), message(3))).toEqual([
      'send general: 1',
      '2 rejected QUEUE_FULL',
    ])
    expect(size()).toEqual({ messages: 2, bytes: 21 })
  })
  test('of one message: the server may take less than it did', () => {
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
