import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import { answer, createScriptedOutbox, HOUR, message, NOW, plainSession, yes } from './support/scripted-outbox.ts'

const nobody = { user: undefined }

describe('C2 a message is sent as its own user only', () => {
  test('what is given before a server says who we are is of who we turn out to be', () => {
    const { emit, to, open, stored, queues } = createScriptedOutbox({ isStored: false })
    emit(message(1, nobody))
    stored()
    expect(to((outbox) => outbox.greet('ada', 1))).toEqual(['store +1'])
    stored()
    to((outbox) => outbox.ready())
    expect(open()).toEqual(['store +1 sent'])
    expect([...queues.get('general')!.messages].map(({ user }) => user)).toEqual(['ada'])
  })
  test('where somebody else logs in, it waits; it goes when its user is back', () => {
    const { welcome, open, emit, close } = createScriptedOutbox()
    welcome('ada')
    emit(message(1))
    welcome('bob')
    expect(open()).toEqual([])
    expect(emit(message(2, { user: 'bob' }))).toEqual(['send general: 2'])
    close()
    welcome('ada')
    expect(open()).toEqual(['send general: 1'])
  })
  test('where the app said who we are, and the server says otherwise, it waits', () => {
    const { welcome, open, emit } = createScriptedOutbox({ user: 'ada' })
    emit(message(1))
    welcome('bob')
    expect(open()).toEqual([])
  })
  test('when nobody seeks a connection any more, what is nobody’s yet is rejected; what follows is of who comes next', () => {
    const { welcome, open, emit, to, close } = createScriptedOutbox()
    const error = new RoomfulError('DISCONNECTED', 'signed out')
    emit(message(1, nobody))
    expect(to((outbox) => outbox.stopped(error))).toEqual(['1 rejected DISCONNECTED'])
    welcome('ada')
    emit(message(2))
    close()
    expect(to((outbox) => outbox.stopped(error))).toEqual([])
    emit(message(3, nobody))
    welcome('bob')
    expect(open()).toEqual(['send general: 3'])
  })
  test('a server that tells nobody apart has one user: none', () => {
    const { welcome, open, emit } = createScriptedOutbox()
    emit(message(1, nobody))
    welcome(null)
    expect(open()).toEqual(['send general: 1'])
  })
})

describe('C8 the server’s memory has an end', () => {
  const start = () => {
    const outbox = createScriptedOutbox()
    outbox.welcome()
    outbox.open()
    outbox.emit(message(1), message(2))
    outbox.close()
    return outbox
  }
  test('what was sent within it is sent again', () => {
    const { open } = start()
    expect(open('general', {}, NOW + 23 * HOUR - 1)).toEqual(['send general: 1 2'])
  })
  test('what was sent before it is unknown; what was never sent goes', () => {
    const { open } = start()
    expect(open('general', {}, NOW + 23 * HOUR)).toEqual(['1 unknown UNKNOWN', 'send general: 2'])
  })
  test('what is another user’s is left to that user', () => {
    const { welcome, open, waiting } = start()
    welcome('bob')
    expect(open('general', { eventBytes: 0 }, NOW + 100 * HOUR)).toEqual([])
    expect(waiting()).toEqual(['1 sent', '2'])
  })
  test('the time of the first sending counts, not that of the last', () => {
    const { open, close } = start()
    open('general', {}, NOW + 20 * HOUR)
    close()
    expect(open('general', {}, NOW + 24 * HOUR)[0]).toBe('1 unknown UNKNOWN')
  })
})

describe('C15 a plain server', () => {
  const plain = (outbox: { plain(cid: string): void }) => outbox.plain('page-one')

  test('gets what nobody has said the user of, without a key; it ends as unknown, which is no error', () => {
    const { to, emit, open, written, waiting } = createScriptedOutbox()
    emit(message(1, nobody))
    to(plain)
    expect(open('general', plainSession)).toEqual(['send general: 1'])
    expect(emit(message(2, nobody))).toEqual([])
    expect(waiting()).toEqual(['1', '2'])
    expect(written()).toEqual(['1 unknown', 'send general: 2'])
  })
  test('gets what is of who the app says we are, where no server said otherwise', () => {
    const { to, emit, open } = createScriptedOutbox({ user: 'ada' })
    emit(message(1))
    to(plain)
    expect(open('general', plainSession)).toEqual(['send general: 1'])
  })
  test('never gets what a server with keys may have, or what was meant for one: that waits for it', () => {
    const { to, emit, welcome, open, close, written, user, answer: answered } = createScriptedOutbox()
    welcome()
    open()
    emit(message(1), message(2))
    close()
    to(plain)
    expect(user()).toBeUndefined()
    expect(open('general', plainSession)).toEqual([])
    expect(emit(message(3, nobody))).toEqual(['send general: 3'])
    expect(written()).toEqual(['3 unknown'])
    close()
    welcome()
    expect(open()).toEqual(['send general: 1 2'])
    expect(answered(answer(yes(2)))).toEqual(['1 confirmed 1', '2 confirmed 2'])
  })
  test('that turns out to be none: what it was not given yet goes with keys', () => {
    const { to, emit, welcome, open } = createScriptedOutbox()
    to(plain)
    emit(message(1, nobody))
    welcome()
    expect(open()).toEqual(['send general: 1'])
  })
})
