import { expect, test } from 'vitest'
import { createRooms, memoryLog } from '../../src/index.ts'
import { believe, chat, guestChat } from '../support/chat.ts'
import { connectFrom } from '../support/connect-from.ts'
import { type Client, startRooms, texts } from '../support/start-rooms.ts'

const cid = (name: string) => name.padEnd(22, '_')

/** Publishes as ever new pages, until that is refused; gives the number of pages that were let in. */
async function flood(client: Client, name: string): Promise<number> {
  for (let page = 0; ; page += 1) {
    const answer = await client.publish('general', texts(['spam']), { cid: cid(`${name}${page}`) })
    if (answer.code === 'LIMIT') return page
    expect(answer.ok).toBe(true)
  }
}

test('SEC19 ever new cids from one address are refused at that address; others still publish', async () => {
  const log = memoryLog({ maxRowsPerAddress: 30, maxRows: 1_000 })
  const { url } = await startRooms({ contract: guestChat, log, trustProxy: 1 })
  const [eve, mallory, ann] = await Promise.all([
    connectFrom('2001:db8::1', url),
    connectFrom('2001:db8::2', url),
    connectFrom('192.0.2.1', url),
  ])
  for (const client of [eve, mallory, ann]) await client.join('general')
  expect(await flood(eve, 'eve')).toBe(30)
  expect(await flood(mallory, 'mallory')).toBe(0)
  expect(await ann.publish('general', texts(['hello']))).toMatchObject({ ok: true })
  expect(await eve.publish('general', texts(['more'], 2), { cid: cid('eve0') })).toMatchObject({ ok: true })
})

test('SEC19 guests at twenty addresses leave half of the rows to users', async () => {
  const log = memoryLog({ maxRowsPerAddress: 10, maxRows: 100 })
  const { io, url } = await startRooms({ contract: guestChat, log, trustProxy: 1 })
  let admitted = 0
  for (let n = 0; n < 20; n += 1) {
    const eve = await connectFrom(`192.0.2.${n}`, url)
    await eve.join('general')
    admitted += await flood(eve, `eve${n}-`)
  }
  expect(admitted).toBe(50)
  createRooms(io.of('/users'), { contract: chat, authenticate: believe, log, trustProxy: 1 })
  const ann = await connectFrom('192.0.2.100', `${url}/users`, { id: 'ann' })
  await ann.join('general')
  expect(await ann.publish('general', texts(['hello']))).toMatchObject({ ok: true })
})

test('authenticate and networkOf get the address of the client, not of the proxy', async () => {
  const { io, rooms, url } = await startRooms({
    contract: chat,
    authenticate: ({ address }) => ({ id: address }),
    trustProxy: ['loopback'],
  })
  const networks: unknown[] = []
  io.on('connection', (socket) => networks.push(rooms.networkOf(socket)))
  const ann = await connectFrom('::ffff:192.0.2.1', url)
  const bob = await connectFrom('203.0.113.5, 2001:DB8:0::7', url)
  expect([(await ann.hello()).user?.id, (await bob.hello()).user?.id]).toEqual(['192.0.2.1', '2001:db8::7'])
  expect(networks).toEqual(['192.0.2.1', '2001:db8:0:0::/64'])
})
