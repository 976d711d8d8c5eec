import { describe, expect, test } from 'vitest'
import { createScriptedOutbox, HOUR, message, NOW } from './support/scripted-outbox.ts'

describe('C2 OB11 a message is sent as its own user only', () => {
  test('which is the user of the next hello, if it was emitted before', () => {
    const { emit, user, ready, open, core } = createScriptedOutbox()
    emit(message(1))
    user('ada')
    ready('ada')
    expect(core.messagesIn('general').map((each) => each.user)).toEqual(['ada'])
    expect(open()).toEqual(['send general: 1'])
  })
  test('and waits for that user while another one is signed in', () => {
    const { hello, open, emit, close } = createScriptedOutbox()
    hello('ada')
    emit(message(1))
    hello('bob')
    expect(open()).toEqual([])
    expect(emit(message(2))).toEqual(['send general: 2'])
    close()
    hello('ada')
    expect(open()).toEqual(['send general: 1'])
  })
  test('and waits if the app named one user and the server names another', () => {
    const { hello, open, emit } = createScriptedOutbox({ user: 'ada' })
    emit(message(1))
    hello('bob')
    expect(open()).toEqual([])
  })
  test('and waits until the server names the user, also if the app has named it', () => {
    const { ready, open, emit, hello, stop } = createScriptedOutbox({ user: 'ada' })
    ready('ada')
    open()
    expect(emit(message(1))).toEqual([])
    stop()
    expect(open()).toEqual([])
    expect(hello('ada')).toEqual(['send general: 1'])
  })
  test('and is rejected without a user when the client stops; later messages are of the next user', () => {
    const { hello, open, emit, stop, close } = createScriptedOutbox()
    emit(message(1))
    expect(stop()).toEqual(['1 rejected DISCONNECTED'])
    hello('ada')
    emit(message(2))
    close()
    expect(stop()).toEqual([])
    emit(message(3))
    hello('bob')
    expect(open()).toEqual(['send general: 3'])
  })
  test('where a server without authentication has one user, null', () => {
    const { hello, open, emit } = createScriptedOutbox()
    emit(message(1))
    hello(null)
    expect(open()).toEqual(['send general: 1'])
  })
})

describe('another user starts with nothing of the first', () => {
  const startAsBob = () => {
    const outbox = createScriptedOutbox({ limit: { messages: 1, bytes: 100 } })
    outbox.hello('ada')
    outbox.emit(message(1))
    outbox.hello('bob')
    outbox.open()
    return outbox
  }
  test('neither its messages nor its counts', () => {
    const { core } = startAsBob()
    expect(core.messagesIn('general')).toEqual([])
    expect(core.count()).toEqual({ queued: 0, sending: 0, bytes: 0, rooms: new Set() })
  })
  test('OB3 P7 and its messages do not count against the bound', () => {
    const { emit } = startAsBob()
    expect(emit(message(2))).toEqual(['send general: 2'])
    expect(emit(message(3))).toEqual(['3 rejected QUEUE_FULL'])
  })
  test('and clearing the outbox leaves the messages of the first', () => {
    const { emit, clear, hello, queued } = startAsBob()
    emit(message(2))
    expect(clear()).toEqual(['2 unknown UNKNOWN'])
    hello('ada')
    expect(queued()).toEqual(['1'])
  })
})

describe('C8 OB9 the server forgets the keys of messages', () => {
  const start = () => {
    const outbox = createScriptedOutbox()
    outbox.hello()
    outbox.open()
    outbox.emit(message(1), message(2))
    outbox.close()
    return outbox
  }
  test('so that a message is sent again within that time', () => {
    expect(start().open('general', {}, NOW + 23 * HOUR - 1)).toEqual(['send general: 1 2'])
  })
  test('so that its outcome is unknown after that time; a message that was never sent goes', () => {
    expect(start().open('general', {}, NOW + 23 * HOUR)).toEqual(['1 unknown UNKNOWN', 'send general: 2'])
  })
  test('which does not end the messages of another user', () => {
    const { hello, open, queued } = start()
    hello('bob')
    expect(open('general', { eventBytes: 0 }, NOW + 100 * HOUR)).toEqual([])
    expect(queued()).toEqual(['1 sent', '2'])
  })
  test('counted from the first sending', () => {
    const { open, close } = start()
    open('general', {}, NOW + 20 * HOUR)
    close()
    expect(open('general', {}, NOW + 24 * HOUR)[0]).toBe('1 unknown UNKNOWN')
  })
})

describe('P3 messages of a user’s closed page go before those of this page', () => {
  test('also if another user was signed in first', () => {
    const { hello, user, open, emit, adopt, ready } = createScriptedOutbox()
    hello(null)
    user('ada')
    open()
    expect(emit(message(1))).toEqual([])
    expect(adopt(message(7, { cid: 'page-old' }))).toEqual([])
    expect(ready('bob')).toEqual([])
    expect(ready('ada')).toEqual(['send general: 7'])
  })
  test('which are adopted once, if the same user comes back', () => {
    const { hello, user, open, emit, close } = createScriptedOutbox()
    hello()
    close()
    user()
    open()
    expect(emit(message(1))).toEqual(['send general: 1'])
  })
})
