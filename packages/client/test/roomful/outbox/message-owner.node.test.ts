import type { Hello } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { codeOf, textsOf } from '../../rooms/support/outcomes.ts'
import { startScript } from '../../rooms/support/scripted-server.ts'
import { startRoomful, until } from '../../support/test-client.ts'
import { outboxOver } from '../storage/support/session-over.ts'

/** A server whose `$hello` names the user that the test has set. */
async function startServerOf(first: string) {
  let user = first
  const script = await startScript({
    get hello(): Partial<Hello> {
      return { user: { id: user } }
    },
  })
  return { ...script, setUser: (id: string) => (user = id) }
}

test('C2 OB11 a message is sent only while its own user is connected', async () => {
  const { url, dataOf, server, setUser } = await startServerOf('ada')
  const client = startRoomful(url)
  const room = await client.join('general')
  await server.close()
  await until(client, 'reconnecting')
  const sent = codeOf(room.emit('m', 'as Ada'))
  setUser('bob')
  await server.restart()
  await until(client, 'connected')
  await room.join()
  await expect(codeOf(room.emit('m', 'as Bob'))).resolves.toBe('confirmed')
  expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }) // of Bob's
  setUser('ada')
  await server.restart()
  await expect(sent).resolves.toBe('confirmed')
  expect(textsOf(dataOf('$publish'))).toEqual([['as Bob'], ['as Ada']])
})

test('C2 OB11 a message that is emitted between connect() and the $hello belongs to the user of that $hello', async () => {
  const { url, dataOf, setUser } = await startServerOf('ada')
  const client = startRoomful(url)
  const room = await client.join('general')
  await room.emit('m', 'as Ada')
  client.disconnect()
  setUser('bob')
  void client.connect()
  await expect(codeOf(room.emit('m', 'as Bob'))).resolves.toBe('confirmed')
  expect(textsOf(dataOf('$publish'))).toEqual([['as Ada'], ['as Bob']])
})

test('P3 messages that a closed page left go before the first message of this page, also where its lock comes late', async () => {
  const { url, dataOf } = await startServerOf('ada')
  let releaseLock = (): void => {}
  const lock = new Promise<void>((resolve) => (releaseLock = resolve))
  const outbox = outboxOver(() => ({
    store: async () => {},
    async adopt() {
      await lock
      return [{ cid: 'page-old', n: 1, user: 'ada', room: 'general', event: 'm', data: 'old' }]
    },
  }))
  const client = startRoomful(url, { outbox })
  const room = await client.join('general')
  const sent = codeOf(room.emit('m', 'new'))
  await client
    .with({ timeoutMs: 20 })
    .emitWithAck('anything')
    .catch(() => {}) // enough time to send it
  expect(dataOf('$publish')).toEqual([])
  releaseLock()
  await expect(sent).resolves.toBe('confirmed')
  expect(textsOf(dataOf('$publish'))).toEqual([['old'], ['new']])
})
