import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { until } from '../../support/test-client.ts'
import { expectExact } from './support/exact.ts'
import { type Person, startPerson, texts } from './support/person.ts'
import { startHere, startProxy } from './support/servers.ts'
import { type Page, SharedStorage } from './support/shared-storage.ts'

/** Ann's first page: offline, with three messages, of which the first was sent, and its answer lost. */
async function startWithQueue() {
  const server = await startHere()
  const proxy = await startProxy(server)
  const storage = new SharedStorage()
  const page = storage.openPage()
  const ann = startPerson(proxy.url, 'Ann', { outbox: page.outbox })
  const bob = startPerson(server.url, 'Bob')
  await Promise.all([ann.room.join(), bob.room.join()])
  proxy.drop('toClient')
  void ann.say('a1')
  await eventually(async () => expect(await server.logOf('general')).toHaveLength(1))
  void ann.say('a2', 'a3')
  await eventually(() => expect(storage.entries).toHaveLength(1)) // what waits behind it is stored when it goes
  proxy.refuse()
  proxy.cut()
  await until(ann.client, 'reconnecting')
  await eventually(() => expect(storage.entries).toHaveLength(3))
  return { server, proxy, storage, page, ann, bob, keys: keysOf(storage) }
}

test('P3 P6 F13 a reload with messages waiting: the new page finishes them under their keys, before its own', async () => {
  const { server, storage, page, ann, bob, keys } = await startWithQueue()
  end(ann, page)
  const again = startPerson(server.url, 'Ann', { outbox: storage.openPage().outbox })
  const joined = again.room.join()
  void again.say('b1', 'b2')
  await joined
  await again.say('b3')
  const log = await expectExact(server, [again, bob], ['a1', 'a2', 'a3'])
  expect(log.map(({ text }) => text)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3'])
  expect(log.slice(0, 3).map(({ id }) => id)).toEqual(keys)
  expect(new Set(log.slice(3).map(({ id }) => id.slice(0, 8)))).not.toContain(keys[0]?.slice(0, 8))
  await eventually(() => expect(storage.entries).toEqual([]))
})

test('P6 F13 the new page does not go into the room: they are finished all the same, and nobody stays in it', async () => {
  const { server, storage, page, ann, bob } = await startWithQueue()
  end(ann, page)
  const again = startPerson(server.url, 'Ann', { outbox: storage.openPage().outbox })
  await again.client.connect()
  await eventually(() => expect(storage.entries).toEqual([]))
  await expectExact(server, [bob], ['a1', 'a2', 'a3'])
  await eventually(() => expect([...bob.room.members.getState().keys()]).toEqual(['bob']))
  expect(again.view).toEqual([])
})

test('P6 F13 another user does not send them', async () => {
  const { server, storage, page, ann, bob, keys } = await startWithQueue()
  end(ann, page)
  const eve = startPerson(server.url, 'Eve', { outbox: storage.openPage().outbox })
  await eve.room.join()
  await eve.say('e1')
  await expectExact(server, [eve, bob], ['a1'])
  await eventually(() => expect(keysOf(storage)).toEqual(keys))
})

test('P1 P3 F14 two tabs, one a duplicate: each sends its own, until one is closed and the other finishes for it', async () => {
  const { server, proxy, storage, page, ann, bob, keys } = await startWithQueue()
  const tab = startPerson(server.url, 'Ann', { outbox: storage.openPage().outbox })
  await tab.room.join()
  await tab.say(...texts('b', 3))
  await expectExact(server, [tab, bob], ['a1'])
  await eventually(() => expect(keysOf(storage)).toEqual(keys)) // hers, and only hers

  end(ann, page)
  const log = await eventually(() => expectExact(server, [tab, bob], ['a1', 'a2', 'a3']))
  expect(log.map(({ text }) => text)).toEqual(['a1', 'b1', 'b2', 'b3', 'a2', 'a3'])
  expect(log.filter(({ text }) => text.startsWith('a')).map(({ id }) => id)).toEqual(keys)
  proxy.pass()
})

test('P1 P3 F14 two tabs come online together: both finish their own, none the other’s', async () => {
  const { server, proxy, storage, ann, bob } = await startWithQueue()
  const tab = startPerson(proxy.url, 'Ann', { outbox: storage.openPage().outbox })
  void tab.room.join()
  void tab.say(...texts('b', 3))
  proxy.pass()
  await Promise.all([ann.room.join(), tab.room.join()])
  await expectExact(server, [ann, tab, bob])
})

test('P1 F14 a profile copied to another machine: what waits in both is stored once', async () => {
  const { server, proxy, storage, page, ann, bob } = await startWithQueue()
  end(ann, page)
  proxy.pass()
  const people = [storage, storage.clone()].map((copy) =>
    startPerson(proxy.url, 'Ann', { outbox: copy.openPage().outbox }),
  )
  await Promise.all(people.map(({ room }) => room.join()))
  await Promise.all(people.map(({ say }, index) => say(...texts(`${index}-`, 3))))
  await expectExact(server, [bob, ...people], ['a1', 'a2', 'a3'])
})

/** As a page ends: without a word to the server or to what it waits for. */
function end({ client }: Person, page: Page): void {
  page.close()
  client.disconnect()
}

function keysOf({ entries }: SharedStorage): string[] {
  return entries.map(({ cid, n }) => `${cid.slice(0, 8)}:${n}`)
}
