import { OUTAGE, expect, test } from './support/test.ts'

// Failing storage must cause no error in the page's console.
test.use({ expectedInConsole: OUTAGE })

test('P6 P7 F15 without storage messages are queued in the page and are sent once', async ({
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
  await ann.expectInRoom('general')
  await ann.send('one')
  await bob.expectMessage('one')
  await ownServer.stop('SIGKILL')
  await ann.send('two')
  await ann.send('three')
  await expect(ann.waiting).toHaveCount(2)
  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.expectMessages(['one', 'two', 'three'])
})

test('P6 F15 queued messages are sent once and in order after the storage of the open page was cleared', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ownServer.stop('SIGTERM')
  await ann.send('before the clearing')
  await ann.expectStored(1)
  await ann.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        localStorage.clear()
        const deleting = indexedDB.deleteDatabase('roomful:outbox')
        deleting.onsuccess = resolve
        deleting.onerror = reject
      }),
  )
  await ann.send('after it')
  await ann.expectStored(2)
  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.expectMessages(['before the clearing', 'after it'])
})
