import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { type Person, startPerson, texts } from './support/person.ts'
import { startLocalServer, startProxy } from './support/servers.ts'
import { type Page, SharedStorage } from './support/shared-storage.ts'

/** Ann's first page: offline, with three messages. The first was sent, and its answer is lost. */
async function startWithQueue() {
  const server = await startLocalServer()
  const proxy = await startProxy(server)
  const storage = new SharedStorage()
  const page = storage.openPage()
  const ann = startPerson(proxy.url, 'Ann', { outbox: page.outbox })
  const bob = startPerson(server.url, 'Bob')
  await Promise.all([ann.room.join(), bob.room.join()])
  proxy.drop('toClient')
  void ann.send('a1')
  await eventually(async () => expect(await server.logOf('general')).toHaveLength(1))
  void ann.send('a2', 'a3')
  await eventually(() => expect(storage.entries).toHaveLength(1)) // the others are stored with their batch
  proxy.refuse()
  proxy.cut()
  await until(ann.client, 'reconnecting')
  await eventually(() => expect(storage.entries).toHaveLength(3))
  return { server, proxy, storage, page, ann, bob, ids: idsOf(storage) }
}

test('P3 P6 F13 after a reload, the new page sends the queued messages under their ids, before its own', async () => {
  const { server, storage, page, ann, bob, ids } = await startWithQueue()
  end(ann, page)
  const again = startPerson(server.url, 'Ann', { outbox: storage.openPage().outbox })
  const joined = again.room.join()
  void again.send('b1', 'b2')
  await joined
  await again.send('b3')
  const log = await expectExact(server, [again, bob], ['a1', 'a2', 'a3'])
  expect(log.map(({ text }) => text)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
  expect(log.slice(0, 3).map(({ id }) => id)).toEqual(ids)
  expect(new Set(log.map(({ id }) => id)).size).toBe(6)
  await eventually(() => expect(storage.entries).toEqual([]))
})

test('P6 F13 a new page that does not join the room sends them too, and is no member afterwards', async () => {
  const { server, storage, page, ann, bob } = await startWithQueue()
  end(ann, page)
  const again = startPerson(server.url, 'Ann', { outbox: storage.openPage().outbox })
  await again.client.connect()
  await eventually(() => expect(storage.entries).toEqual([]))
  await expectExact(server, [bob], ['a1', 'a2', 'a3'])
  await eventually(() => expect([...bob.room.members.getState().keys()]).toEqual(['bob']))
  expect(again.view).toEqual([])
})

test('P6 F13 a page of another user does not send them', async () => {
  const { server, storage, page, ann, bob, ids } = await startWithQueue()
  end(ann, page)
  const eve = startPerson(server.url, 'Eve', { outbox: storage.openPage().outbox })
  await eve.room.join()
  await eve.send('e1')
  await expectExact(server, [eve, bob], ['a1'])
  await eventually(() => expect(idsOf(storage)).toEqual(ids))
})

test('P1 P3 F14 each of two tabs sends its own messages; when one is closed, the other sends the rest', async () => {
  const { server, proxy, storage, page, ann, bob, ids } = await startWithQueue()
  const tab = startPerson(server.url, 'Ann', { outbox: storage.openPage().outbox })
  await tab.room.join()
  await tab.send(...texts('b', 3))
  await expectExact(server, [tab, bob], ['a1'])
  await eventually(() => expect(idsOf(storage)).toEqual(ids)) // those of the first tab

  end(ann, page)
  const log = await eventually(() => expectExact(server, [tab, bob], ['a1', 'a2', 'a3']))
  expect(log.map(({ text }) => text)).toEqual(['a1', 'b1', 'b2', 'b3', 'a2', 'a3'])
  expect(log.filter(({ text }) => text.startsWith('a')).map(({ id }) => id)).toEqual(ids)
  proxy.pass()
})

test('P1 P3 F14 two tabs that come online together each send their own messages', async () => {
  const { server, proxy, storage, ann, bob } = await startWithQueue()
  const tab = startPerson(proxy.url, 'Ann', { outbox: storage.openPage().outbox })
  void tab.room.join()
  void tab.send(...texts('b', 3))
  proxy.pass()
  await Promise.all([ann.room.join(), tab.room.join()])
  await expectExact(server, [ann, tab, bob])
})

test('P1 F14 messages that are queued in two copies of a browser profile are stored once', async () => {
  const { server, proxy, storage, page, ann, bob } = await startWithQueue()
  end(ann, page)
  proxy.pass()
  const people = [storage, storage.clone()].map((copy) =>
    startPerson(proxy.url, 'Ann', { outbox: copy.openPage().outbox }),
  )
  await Promise.all(people.map(({ room }) => room.join()))
  await Promise.all(people.map(({ send }, index) => send(...texts(`${index}-`, 3))))
  await expectExact(server, [bob, ...people], ['a1', 'a2', 'a3'])
})

/** Ends the page without a message to the server. */
function end({ client }: Person, page: Page): void {
  page.close()
  client.disconnect()
}

function idsOf({ entries }: SharedStorage): (string | undefined)[] {
  return entries.map(({ id }) => id)
}
