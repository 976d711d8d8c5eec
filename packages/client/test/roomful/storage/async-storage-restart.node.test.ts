import { createAsyncStorage } from '@react-native-async-storage/async-storage/jest'
import { asyncStorageOutbox, persistentOutbox, roomful } from '@roomful/client'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { startLobby } from '../presence/support/start-lobby.ts'

test('OB12 OB19 a message that was not sent before the app ended is sent by its next start', async () => {
  const { server, connect } = await startLobby()
  const items = createAsyncStorage('app')
  const stored = () => roomful({ outbox: persistentOutbox({ user: 'ann', storage: asyncStorageOutbox(items) }) })
  await server.close()
  const ended = connect('ann', { rooms: stored() })
  const room = ended.room('general')
  const sent = Promise.allSettled([room.join(), room.send({ text: 'stored' })])
  await eventually(async () => expect(await items.getAllKeys()).toHaveLength(1))
  ended.close()
  await sent

  await server.restart()
  const watching = await connect('bob').join('general')
  const heard: string[] = []
  watching.on('message', ({ text }) => heard.push(text))
  const next = connect('ann', { rooms: stored() })
  await next.connect()
  expect(next.guarantees?.outbox).toBe('asyncStorage')
  await eventually(() => expect(heard).toEqual(['stored']))
  await eventually(async () => expect(await items.getAllKeys()).toEqual([]))
  expect(server.sockets).toBe(2)
})
