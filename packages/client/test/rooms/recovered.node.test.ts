import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'

test('RM3 OB15 on a connection that the server recovered, messages are sent without another join', async () => {
  const { url, cut, sayIn, words } = await startPlain({ options: { connectionStateRecovery: {} } })
  const client = startClient(url)
  const room = client.room('general')
  const events: unknown[] = []
  room.on('news', (data) => events.push(data))
  await room.join()
  sayIn('general', 'news') // a server recovers only clients that have received an event
  await eventually(() => expect(events).toHaveLength(1))
  cut()
  await until(client, 'reconnecting')
  const waits = room.emit('message', { text: 'waits' })
  await until(client, 'connected', ({ recovered }) => recovered)
  await expect(Promise.all([waits, room.emit('message', { text: 'after' })])).resolves.toHaveLength(2)
  await eventually(() => expect(words()).toEqual(['join general', 'message general:waits', 'message general:after']))
})
