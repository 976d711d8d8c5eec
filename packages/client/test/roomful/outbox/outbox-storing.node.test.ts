import { describe, expect, test } from 'vitest'
import { messageFrom } from '../../../src/roomful/outbox/message.ts'
import { answer, createScriptedOutbox, message, NOW, yes } from './support/scripted-outbox.ts'

/** With a storage, the user known, and the room joined. */
function start() {
  const outbox = createScriptedOutbox({ hasStorage: true })
  outbox.hello()
  outbox.open()
  return outbox
}
/** With these messages of Ada's stored, and no connection. */
function startWithStored(...numbers: readonly number[]) {
  const outbox = createScriptedOutbox({ user: 'ada', hasStorage: true })
  outbox.emit(...numbers.map((n) => message(n)))
  for (const _ of numbers) outbox.stored()
  return outbox
}

describe('C3 OB5 a message is stored before it is sent', () => {
  test('in one transaction with the mark that it is sent', () => {
    const { emit, stored } = start()
    expect(emit(message(1))).toEqual(['store +1 sent'])
    expect(stored()).toEqual(['send general: 1'])
  })
  test('marked with the time at which it was sent', () => {
    const { core, hello, open, step } = createScriptedOutbox({ hasStorage: true })
    hello()
    open()
    expect(core.step({ type: 'emit', message: message(1) }, NOW + 3)).toMatchObject([
      { type: 'queued' },
      { type: 'store', put: [{ cid: 'page-one', n: 1, user: 'ada', sentAt: NOW + 3 }], remove: [] },
    ])
    step({ type: 'stored', result: 'stored' }, NOW + 9)
    expect(core.messagesIn('general').map(({ sentAt }) => sentAt)).toEqual([NOW + 3])
  })
  test('in one transaction with the changes of all rooms; the next one holds what changes meanwhile', () => {
    const { emit, open, stored } = start()
    open('other')
    expect(emit(message(1), message(2, { room: 'other' }), message(3))).toEqual(['store +1 sent'])
    expect(stored()).toEqual(['send general: 1', 'store +2 sent +3'])
    expect(stored()).toEqual(['send other: 2'])
  })
  test('also while there is no connection', () => {
    const { emit, stored } = createScriptedOutbox({ user: 'ada', hasStorage: true })
    expect(emit(message(1))).toEqual(['store +1'])
    expect(stored()).toEqual([])
  })
  test('once the user is known', () => {
    const { emit, hello, queued, core } = createScriptedOutbox({ hasStorage: true })
    expect(emit(message(1))).toEqual([])
    expect([queued(), core.isReady]).toEqual([['1'], false])
    expect(hello()).toEqual(['store +1'])
  })
  test('once: it is sent again without another transaction', () => {
    const { emit, stored, noAnswer, wake, close, open } = start()
    emit(message(1))
    stored()
    noAnswer()
    expect(wake()).toEqual(['send general: 1'])
    close()
    expect(open()).toEqual(['send general: 1'])
  })
  test('after the removal of the batch before it', () => {
    const { emit, stored, answer: answered } = start()
    emit(message(1), message(2))
    stored()
    stored()
    expect(answered(answer(yes(1)))).toEqual(['1 confirmed 1', 'store -1 +2 sent'])
    expect(stored()).toEqual(['send general: 2'])
  })
  test('and not sent if the connection ends meanwhile', () => {
    const { emit, stored, close, open } = start()
    emit(message(1))
    close()
    expect(stored()).toEqual([])
    expect(open()).toEqual(['send general: 1'])
  })
  test('and sent once if the room is joined again meanwhile', () => {
    const { emit, stored, close, open } = start()
    emit(message(1))
    close()
    expect(open()).toEqual([])
    expect(stored()).toEqual(['send general: 1'])
  })
  test('and not sent before the end of another message of its batch is stored', () => {
    const { hello, open, stored, discard } = startWithStored(1, 2)
    hello()
    expect(open()).toEqual(['store +1 sent +2 sent'])
    expect(discard(1)).toEqual([])
    expect(stored()).toEqual(['store -1'])
    expect(stored()).toEqual(['1 rejected DISCARDED', 'send general: 2'])
  })
  test('and neither sent nor left in the storage if it is discarded meanwhile', () => {
    const { emit, stored, discard } = start()
    emit(message(1))
    expect(discard(1)).toEqual([])
    expect(stored()).toEqual(['store -1'])
    expect(stored()).toEqual(['1 rejected DISCARDED'])
  })
})

describe('C6 OB8 an outcome is reported', () => {
  const both = answer([...yes(1), { code: 'MUTED' }])

  test('at once if confirmed, and after the removal is stored if rejected', () => {
    const { hello, open, stored, answer: answered } = startWithStored(1, 2)
    hello()
    expect(open()).toEqual(['store +1 sent +2 sent'])
    stored()
    expect(answered(both)).toEqual(['1 confirmed 1', 'store -1 -2'])
    expect(stored()).toEqual(['2 rejected MUTED'])
  })
  test('after its own removal, if the storage is busy', () => {
    const { emit, stored, discard, answer: answered } = start()
    emit(message(1))
    stored()
    expect(emit(message(2))).toEqual(['store +2'])
    expect(discard(2)).toEqual([])
    expect(answered(answer([{ code: 'MUTED' }]))).toEqual([])
    expect(stored()).toEqual(['store -2 -1'])
    expect(stored()).toEqual(['2 rejected DISCARDED', '1 rejected MUTED'])
  })
  test('C9 after its removal, if the room refuses the user', () => {
    const { refuse, stored } = startWithStored(1)
    expect(refuse()).toEqual(['store -1'])
    expect(stored()).toEqual(['1 rejected FORBIDDEN'])
  })
  test('at once, if the message was never stored', () => {
    const { emit, discard } = createScriptedOutbox({ hasStorage: true })
    emit(message(1))
    expect(discard(1)).toEqual(['1 rejected DISCARDED'])
  })
  test('C11 at once, if another page has adopted the message, which stays in the storage', () => {
    const { emit, stored, lose } = start()
    emit(message(1))
    stored()
    emit(message(2), message(3))
    expect(lose()).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN', '3 unknown UNKNOWN'])
    expect(stored()).toEqual([])
  })
})

describe('C3 OB8 when the storage fails', () => {
  test('a message is sent if the storage cannot have it as one that was never sent', () => {
    const { emit, stored, answer: answered } = start()
    emit(message(1))
    expect(stored('failed')).toEqual(['send general: 1'])
    expect(answered(answer([{ code: 'MUTED' }]))).toEqual(['1 rejected MUTED'])
  })
  test('a stored message that cannot be marked is not sent: a later page may send it, and its outcome is unknown', () => {
    const { emit, hello, open, stored, errors } = startWithStored(1)
    expect(emit(message(2))).toEqual(['store +2'])
    hello()
    expect(open()).toEqual([])
    expect(stored()).toEqual(['store +1 sent +2 sent'])
    expect(stored('failed')).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN'])
    expect(errors[0]?.message).toMatch('a later page may send "m" to room general')
    expect(emit(message(3))).toEqual(['store +3 sent'])
    expect(stored('unused')).toEqual(['send general: 3'])
  })
  test('a message whose first write timed out is not sent if it cannot be marked: the write may still take effect', () => {
    const { emit, hello, open, stored, errors } = createScriptedOutbox({ user: 'ada', hasStorage: true })
    emit(message(1))
    expect(stored('timeout')).toEqual([])
    hello()
    expect(open()).toEqual(['store +1 sent'])
    expect(stored('failed')).toEqual(['1 unknown UNKNOWN'])
    expect(errors[0]?.message).toMatch('a later page may send "m" to room general')
  })
  test('a message whose mark timed out is not sent if it was stored before', () => {
    const { hello, open, stored } = startWithStored(1)
    hello()
    expect(open()).toEqual(['store +1 sent'])
    expect(stored('timeout')).toEqual(['1 unknown UNKNOWN'])
  })
  test('a message that the storage can only have as sent is sent, and a rejection is unknown', () => {
    const { emit, stored, answer: answered } = start()
    emit(message(1))
    expect(stored('timeout')).toEqual(['send general: 1'])
    expect(answered(answer([{ code: 'MUTED' }]))).toEqual(['store -1'])
    expect(stored('failed')).toEqual(['1 unknown UNKNOWN'])
  })
  test('C7 a message that was not touched is not sent again if a write that unmarks it timed out', () => {
    const { emit, stored, answer: answered, wake } = start()
    emit(message(1))
    stored()
    expect(answered(answer([], { code: 'RATE' }))).toEqual(['wait 0', 'store +1'])
    expect(stored('timeout')).toEqual([])
    expect(wake()).toEqual(['store +1 sent'])
    expect(stored('failed')).toEqual(['1 unknown UNKNOWN'])
  })
  test('an adopted message that cannot be marked is not sent either; one that is marked goes', () => {
    const { user, open, adopt, ready, stored } = createScriptedOutbox({ hasStorage: true })
    user()
    open()
    adopt(message(8, { cid: 'page-old', sentAt: NOW }), message(9, { cid: 'page-old' }))
    expect(ready()).toEqual(['store +9 sent'])
    expect(stored('failed')).toEqual(['9 unknown UNKNOWN', 'send general: 8'])
  })
  test('and is emptied, all messages are sent from memory', () => {
    const { hello, open, stored, answer: answered } = startWithStored(1)
    hello()
    open()
    expect(stored('unused')).toEqual(['send general: 1'])
    expect(answered(answer([{ code: 'MUTED' }]))).toEqual(['1 rejected MUTED'])
  })
  test.each<[title: string, end: (outbox: ReturnType<typeof start>) => string[]]>([
    ['a discarded message', ({ discard }) => discard(1)],
    ['a message whose room refuses the user', ({ refuse }) => refuse()],
    ['a message of a cleared outbox', ({ clear }) => clear()],
  ])('%s ends as unknown, since a later page may send it', (_title, end) => {
    const outbox = startWithStored(1)
    expect(end(outbox)).toEqual(['store -1'])
    expect(outbox.stored('failed')).toEqual(['1 unknown UNKNOWN'])
  })
})

describe('C7 an untouched message', () => {
  test('is stored as never sent, and marked again before it is sent again', () => {
    const { emit, stored, answer: answered, wake } = start()
    emit(message(1))
    stored()
    expect(answered(answer([], { code: 'RATE' }))).toEqual(['wait 0', 'store +1'])
    expect(stored()).toEqual([])
    expect(wake()).toEqual(['store +1 sent'])
    expect(stored()).toEqual(['send general: 1'])
  })
})

test('OB14 a closed client leaves stored messages to the next page, and rejects the others', () => {
  const { emit, end, stored } = startWithStored(1)
  emit(message(2))
  emit(message(3))
  expect(end()).toEqual(['1 unknown UNKNOWN', '2 unknown UNKNOWN', '3 rejected DISCONNECTED'])
  expect(stored()).toEqual([])
})

describe('C2 OB9 a stored message of the first edition, which has no id', () => {
  const stored = (n: number, sentAt?: number) =>
    messageFrom({
      cid: 'page-of-first-edition1',
      n,
      user: 'ada',
      room: 'general',
      event: 'm',
      data: n,
      ...(sentAt && { sentAt }),
    })
  test('is unknown if it was sent, after its removal is stored, and is not sent again', () => {
    const { adopt, stored: isStored, errors, queued, batches } = start()
    expect(adopt(stored(1, NOW - 1))).toEqual(['store -1'])
    expect(isStored()).toEqual(['1 unknown UNKNOWN'])
    expect(errors[0]?.message).toContain('an earlier version of the client sent it')
    expect([queued(), batches]).toEqual([[], []])
  })
  test('gets an id otherwise, which is stored before the message is sent', () => {
    const { adopt, core, batches, stored: isStored } = start()
    const put = core
      .step({ type: 'adopt', messages: [stored(2)] }, NOW)
      .flatMap((output) => (output.type === 'store' ? output.put : []))
    expect(put).toMatchObject([{ n: 2, id: expect.stringMatching(/^[\w-]{16}$/), sentAt: NOW }])
    expect(isStored()).toEqual(['send general: 2'])
    expect(batches[0]?.messages[0]?.id).toBe(put[0]?.id)
    expect(adopt(stored(3))).toEqual([])
  })
})
