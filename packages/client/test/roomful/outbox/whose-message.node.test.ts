import type { Hello } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../../../src/roomful/storage/keeper.ts'
import { outboxIn } from '../../../src/roomful/storage/safekeeping.ts'
import { codeOf, textsOf } from '../../rooms/support/outcomes.ts'
import { helloWith, startScript } from '../../rooms/support/scripted-server.ts'
import { startRoomful, until } from '../../support/test-client.ts'

test('C2 OB11 what is said after disconnect() and connect(), before the hello, is of who signed in then', async () => {
  let user = 'ada'
  const { url, dataOf } = await startScript({
    get hello(): Partial<Hello> {
      return { user: { id: user } }
    },
  })
  const client = startRoomful(url)
  const room = await client.join('general')
  await room.emit('m', 'as Ada')
  client.disconnect()
  user = 'bob'
  void client.connect()
  await expect(codeOf(room.emit('m', 'as Bob'))).resolves.toBe('confirmed')
  expect(textsOf(dataOf('$publish'))).toEqual([['as Ada'], ['as Bob']])
})

describe('P3 what a user’s earlier page left goes before that user’s first message', () => {
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
    const client = startRoomful(url, { outbox, helloTimeoutMs: 10 })
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
