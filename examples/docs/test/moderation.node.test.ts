import { createClient, roomful } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import '@roomful/testing/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { ban, block, busyRooms, contract, createChat, look } from './moderation/server.ts'

const server = createMockServer({ url: 'https://moderated.example' })
const visits: string[] = []
const rooms = createChat(server.io, visits)
await server.listen()

function connect(name: string) {
  const client = createClient({ url: server.url, contract, rooms: roomful(), auth: { name } })
  onTestFinished(client.close)
  return client
}

test('docs/moderation.md: the functions of its server do what the page says', async () => {
  onTestFinished(async () => {
    await rooms.close()
    await server.close()
  })
  const [ann, bob] = [connect('ann'), connect('bob')]
  const general = await ann.join('general')
  await bob.join('general')
  await general.send({ text: 'buy this' })
  expect(await look(rooms, 'general')).toMatchObject({
    members: [{ user: { name: 'ann' } }, { user: { name: 'bob' } }],
    newest: [{ data: { text: 'buy this' } }],
  })
  expect([await busyRooms(rooms, 2), await busyRooms(rooms, 3)]).toEqual([['general'], []])

  await ban(rooms, 'general', 'ann')
  await expect.poll(() => general.state.getState()).toMatchObject({ status: 'failed', error: { code: 'SPAM' } })
  await expect(general.join()).rejects.toMatchObject({ code: 'SPAM', message: 'No advertising here.' })

  await block(rooms, 'bob')
  await expect
    .poll(() => bob.connection.getState())
    .toMatchObject({ status: 'disconnected', reason: 'kicked', error: { code: 'BLOCKED' } })
  const reloaded = connect('bob')
  await expect(reloaded.connect()).rejects.toMatchObject({ code: 'BLOCKED', message: /Your account is blocked/ })
  expect(visits).toEqual(['ann came to general', 'bob came to general', 'ann left general', 'bob left general'])
})
