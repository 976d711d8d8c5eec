import { OUTAGE, expect, test } from './support/test.ts'

// Storage that fails is no error of the page.
test.use({ expectedInConsole: OUTAGE })

test('P6 P7 F15 a browser that stores nothing: messages wait in the page, and go out once', async ({
  enter,
  visit,
  ownServer,
}) => {
  const bob = await enter('Bob', { server: ownServer.url, room: 'general' })
  const ann = await visit('Ann', { server: ownServer.url, room: 'general' })
  await ann.page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('storage is refused', 'SecurityError')
    }
    IDBFactory.prototype.open = refuse
    Storage.prototype.setItem = refuse
  })
  await ann.page.reload() // the script runs in pages that load from now on
  await ann.enter()
  await ann.isIn('general')
  await ann.say('one')
  await bob.hears('one')
  await ownServer.stop('SIGKILL')
  await ann.say('two')
  await ann.say('three')
  await expect(ann.waiting).toHaveCount(2)
  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.shows(['one', 'two', 'three'])
})

test('P6 F15 the storage is cleared under an open page: what waits there still goes out, once and in order', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ownServer.stop('SIGTERM')
  await ann.say('before the clearing')
  await ann.keeps(1)
  await ann.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        localStorage.clear()
        const deleting = indexedDB.deleteDatabase('roomful:outbox')
        deleting.onsuccess = resolve
        deleting.onerror = reject
      }),
  )
  await ann.say('after it')
  await ann.keeps(2)
  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.shows(['before the clearing', 'after it'])
})
