import type { Hello } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../../../src/roomful/storage/keeper.ts'
import { outboxIn } from '../../../src/roomful/storage/safekeeping.ts'
import { codeOf, textsOf } from '../../rooms/support/outcomes.ts'
import { helloWith, startScript } from '../../rooms/support/scripted-server.ts'
import { startClient, until } from '../../support/test-client.ts'
import { createScriptedOutbox, message, plainSession } from './support/scripted-outbox.ts'

test('C2 OB11 what is said after disconnect() and connect(), before the hello, is of who signed in then', async () => {
  let user = 'ada'
  const { url, dataOf } = await startScript({
    get hello(): Partial<Hello> {
      return { user: { id: user } }
    },
  })
  const client = startClient(url)
  const room = await client.join('general')
  await room.emit('m', 'as Ada')
  client.disconnect()
  user = 'bob'
  void client.connect()
  await expect(codeOf(room.emit('m', 'as Bob'))).resolves.toBe('confirmed')
  expect(textsOf(dataOf('$publish'))).toEqual([['as Ada'], ['as Bob']])
})

describe('P3 what a user’s earlier page left goes before that user’s first message', () => {
  test('where another user was here first', () => {
    const { welcome, to, open, emit } = createScriptedOutbox()
    welcome(null)
    to((outbox) => outbox.greet('ada', 1_000))
    open()
    expect(emit(message(1))).toEqual([])
    expect(to((outbox) => outbox.adopt([message(7, { cid: 'page-old' })], true))).toEqual([])
    expect(to((outbox) => outbox.ready())).toEqual(['send general: 7'])
  })
  test('where the same user comes back, it is taken over already', () => {
    const { welcome, to, open, emit, close } = createScriptedOutbox()
    welcome()
    close()
    to((outbox) => outbox.greet('ada', 1_000))
    open()
    expect(emit(message(1))).toEqual(['send general: 1'])
  })
  test('where the server said late that it is ours', async () => {
    const { url, say, dataOf } = await startScript({ hello: 'none' })
    let lockCame = (): void => {}
    const lock = new Promise<void>((resolve) => (lockCame = resolve))
    const old: StoredEntry = { cid: 'page-old', n: 1, user: 'ada', room: 'general', event: 'm', data: 'old' }
    const outbox = outboxIn(async () => ({
      place: 'indexedDB',
      store: async () => {},
      async adopt() {
        await lock
        return [old]
      },
      rest() {},
      forget: async () => {},
    }))
    const client = startClient(url, { outbox, helloTimeoutMs: 10 })
    const room = await client.join('general')
    say('$hello', helloWith({ user: { id: 'ada' } }))
    await until(client, 'connected', ({ guarantees }) => guarantees.rooms === 'roomful')
    const sent = codeOf(room.emit('m', 'new'))
    await room.join()
    expect(dataOf('$publish')).toEqual([])
    lockCame()
    await expect(sent).resolves.toBe('confirmed')
    expect(textsOf(dataOf('$publish'))).toEqual([['old'], ['new']])
  })
})

test('C15 OB11 a plain server gets what this page says as the user that the app names, not what an earlier page left', () => {
  const { to, emit, waiting, written, welcome, open } = createScriptedOutbox({ user: 'ada' })
  emit(message(1))
  to((outbox) => outbox.adopt([message(7, { cid: 'page-old' })], true))
  to((outbox) => outbox.ready())
  to((outbox) => outbox.plain('page-one'))
  expect(open('general', plainSession)).toEqual(['send general: 1'])
  expect(written()).toEqual(['1 unknown'])
  expect(waiting()).toEqual(['7'])
  welcome()
  expect(open()).toEqual(['send general: 7'])
})

test('OB3 P7 what waits for another user does not count against the bound', () => {
  const { welcome, emit, open } = createScriptedOutbox({ limit: { messages: 1, bytes: 100 } })
  welcome('ada')
  emit(message(1))
  welcome('bob')
  open()
  expect(emit(message(2, { user: 'bob' }))).toEqual(['send general: 2'])
  expect(emit(message(3, { user: 'bob' }))).toEqual(['3 rejected QUEUE_FULL'])
})
