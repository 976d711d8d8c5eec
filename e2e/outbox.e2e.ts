import { OUTAGE, expect, test } from './support/test.ts'

test.use({ expectedInConsole: OUTAGE })

test('P3 P6 F13 queued messages are shown after a reload during an outage, and are sent once, before later ones', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ann.send('one')
  await bob.expectMessage('one')
  await ownServer.stop('SIGKILL')
  await ann.send('two')
  await ann.send('three')
  await ann.expectStored(2)

  await ann.page.reload()
  await expect(ann.log.locator('.bubble')).toHaveText(['two', 'three'])
  await expect(ann.waiting).toHaveCount(2)
  await ann.send('four')
  await expect(ann.page.getByText('3 messages wait to be sent.')).toBeVisible()
  await expect(ann.page.getByText('The connection is lost.')).toBeVisible()
  await ann.expectStored(3)
  await ann.page.reload()
  await expect(ann.log.locator('.bubble')).toHaveText(['two', 'three', 'four'])

  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.expectMessages(['one', 'two', 'three', 'four'])
  await ann.expectStored(0)
})

test('P1 P6 F13 each message is sent once when the page reloads as the network returns', async ({ meet }) => {
  const { ann, bob } = await meet()
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`)
  await ann.page.context().setOffline(true)
  for (const text of texts) await ann.send(text)
  await ann.expectStored(20)
  await ann.page.context().setOffline(false)
  await ann.page.reload()
  for (const person of [ann, bob]) await person.expectMessages(texts)
  await ann.expectStored(0)
})

test('P1 P3 F14 a duplicated tab sends its own messages and none of the first tab’s', async ({ meet, ownServer }) => {
  const { ann, bob } = await meet(ownServer)
  await ann.send('seen by both')
  await bob.expectMessage('seen by both')
  await ownServer.stop('SIGTERM')
  await ann.send('first tab 1')
  await ann.expectStored(1)
  const copy = await ann.duplicate()
  await expect(copy.message).toBeVisible()
  await copy.send('copy 1')
  await ann.send('first tab 2')
  await copy.send('copy 2')
  await expect(ann.log.locator('.bubble')).toHaveText(['seen by both', 'first tab 1', 'first tab 2'])
  await expect(copy.log.locator('.bubble')).toHaveText(['copy 1', 'copy 2'])

  await ownServer.startAgain()
  const bubbles = bob.log.locator('.bubble')
  await expect(bubbles).toHaveCount(5)
  const texts = await bubbles.allTextContents()
  expect(texts.filter((text) => text.startsWith('first'))).toEqual(['first tab 1', 'first tab 2'])
  expect(texts.filter((text) => text.startsWith('copy'))).toEqual(['copy 1', 'copy 2'])
  for (const person of [ann, copy, bob]) await person.expectMessages(texts)
})

test('P6 F14 another tab of the same user sends the queued messages of a closed tab', async ({ meet, ownServer }) => {
  const { ann, bob, room } = await meet(ownServer)
  const copy = await ann.duplicate()
  await copy.expectInRoom(room)
  await ownServer.stop('SIGTERM')
  await ann.send('left behind 1')
  await ann.send('left behind 2')
  await ann.expectStored(2)
  await ann.page.close()
  await expect(copy.waiting).toHaveCount(2)

  await ownServer.startAgain()
  for (const person of [copy, bob]) await person.expectMessages(['left behind 1', 'left behind 2'])
  await copy.expectStored(0)
})

test('C2 queued messages belong to their user: the next user of the page neither sees nor sends them', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ownServer.stop('SIGTERM')
  await ann.send('a secret')
  await ann.expectStored(1)
  // As when the session has ended: signing out by the button discards the message.
  await ann.page.evaluate(() => sessionStorage.clear())
  await ann.page.reload()
  await ownServer.startAgain()
  await ann.page.getByRole('textbox', { name: 'Your name' }).fill('Cleo')
  await ann.page.getByRole('button', { name: 'Enter' }).click()
  await bob.expectMember('Cleo')
  await ann.send('hello')
  for (const person of [ann, bob]) await person.expectMessages(['hello'])
  await ann.page.reload()
  await ann.expectMessages(['hello'])
})

test('P5 a refused message shows the reason, does not block others, and can be sent again or discarded', async ({
  enter,
  visit,
}) => {
  const bob = await enter('Bob')
  const room = await bob.createRoom()
  const ann = await visit('Ann', { room })
  await ann.page.addInitScript(blankRefusedTexts)
  await ann.page.reload() // the script runs in pages that load from now on
  await ann.enter()
  await ann.expectInRoom(room)
  await ann.send('refuse me')
  await ann.send('behind it')
  const problem = ann.log.getByText('Expected a text that is not blank.')
  await expect(problem).toBeVisible()
  await bob.expectMessages(['behind it'])
  await ann.open('random')
  await ann.open(room)
  await expect(ann.log.locator('.bubble')).toHaveText(['behind it', 'refuse me'])

  await ann.page.evaluate(() => ((globalThis as Accepting).accepts = true))
  await ann.log.getByRole('button', { name: 'Retry' }).click()
  for (const person of [ann, bob]) await person.expectMessages(['behind it', 'refuse me'])

  await ann.page.evaluate(() => ((globalThis as Accepting).accepts = false))
  await ann.send('refuse me again')
  await ann.log.getByRole('button', { name: 'Discard' }).click()
  await ann.expectMessages(['behind it', 'refuse me'])
  await expect(problem).toHaveCount(0)
})

type Accepting = { accepts?: boolean }

/** Runs in the page: unless `accepts` is set, replaces certain texts by a blank one, which the server refuses. */
function blankRefusedTexts(): void {
  const replaced = (data: unknown) =>
    typeof data === 'string' && !(globalThis as Accepting).accepts ? data.replaceAll(/refuse me[^"]*/g, ' ') : data
  for (const { prototype } of [WebSocket, XMLHttpRequest]) {
    const send = prototype.send as (data: unknown) => void
    prototype.send = function (this: WebSocket | XMLHttpRequest, data?: unknown) {
      send.call(this, replaced(data))
    }
  }
}
