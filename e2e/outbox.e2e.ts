import { OUTAGE, expect, test } from './support/test.ts'

test.use({ expectedInConsole: OUTAGE })

test('P3 P6 F13 a reload while the server is away: what waits is shown, and goes out once, before what is written later', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ann.say('one')
  await bob.hears('one')
  await ownServer.stop('SIGKILL')
  await ann.say('two')
  await ann.say('three')
  await ann.keeps(2)

  await ann.page.reload()
  await expect(ann.log.locator('.bubble')).toHaveText(['two', 'three'])
  await expect(ann.waiting).toHaveCount(2)
  await ann.say('four')
  await expect(ann.page.getByText('3 messages wait to be sent.')).toBeVisible()
  await expect(ann.page.getByText('The connection is lost.')).toBeVisible()
  await ann.keeps(3)
  await ann.page.reload()
  await expect(ann.log.locator('.bubble')).toHaveText(['two', 'three', 'four'])

  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.shows(['one', 'two', 'three', 'four'])
  await ann.keeps(0)
})

test('P1 P6 F13 a reload in the moment in which the network is back: each message goes out once', async ({ meet }) => {
  const { ann, bob } = await meet()
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`)
  await ann.page.context().setOffline(true)
  for (const text of texts) await ann.say(text)
  await ann.keeps(20)
  await ann.page.context().setOffline(false)
  await ann.page.reload()
  for (const person of [ann, bob]) await person.shows(texts)
  await ann.keeps(0)
})

test('P1 P3 F14 a duplicated tab sends its own messages, and none of the first one’s again', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ann.say('by both seen')
  await bob.hears('by both seen')
  await ownServer.stop('SIGTERM')
  await ann.say('first tab 1')
  await ann.keeps(1)
  const copy = await ann.duplicate()
  await expect(copy.message).toBeVisible()
  await copy.say('copy 1')
  await ann.say('first tab 2')
  await copy.say('copy 2')
  await expect(ann.log.locator('.bubble')).toHaveText(['by both seen', 'first tab 1', 'first tab 2'])
  await expect(copy.log.locator('.bubble')).toHaveText(['copy 1', 'copy 2'])

  await ownServer.startAgain()
  const bubbles = bob.log.locator('.bubble')
  await expect(bubbles).toHaveCount(5)
  const texts = await bubbles.allTextContents()
  expect(texts.filter((text) => text.startsWith('first'))).toEqual(['first tab 1', 'first tab 2'])
  expect(texts.filter((text) => text.startsWith('copy'))).toEqual(['copy 1', 'copy 2'])
  for (const person of [ann, copy, bob]) await person.shows(texts)
})

test('P6 F14 a tab is closed with messages that wait: another tab of the same person finishes them', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob, room } = await meet(ownServer)
  const copy = await ann.duplicate()
  await copy.isIn(room)
  await ownServer.stop('SIGTERM')
  await ann.say('left behind 1')
  await ann.say('left behind 2')
  await ann.keeps(2)
  await ann.page.close()
  await expect(copy.waiting).toHaveCount(2)

  await ownServer.startAgain()
  for (const person of [copy, bob]) await person.shows(['left behind 1', 'left behind 2'])
  await copy.keeps(0)
})

test('C2 what waits belongs to who wrote it: the next person at the page neither sees nor sends it', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ownServer.stop('SIGTERM')
  await ann.say('a secret')
  await ann.keeps(1)
  await ann.page.getByRole('button', { name: 'Sign out' }).click()
  await ownServer.startAgain()
  await ann.page.getByRole('textbox', { name: 'Your name' }).fill('Cleo')
  await ann.page.getByRole('button', { name: 'Enter' }).click()
  await bob.sees('Cleo')
  await ann.say('hello')
  for (const person of [ann, bob]) await person.shows(['hello'])
  await ann.page.reload()
  await ann.shows(['hello'])
})

test('P5 a refused message says why, holds up nothing, and can be sent again or discarded', async ({
  enter,
  visit,
}) => {
  const bob = await enter('Bob')
  const room = await bob.createRoom()
  const ann = await visit('Ann', { room })
  await ann.page.addInitScript(blankOnTheWay)
  await ann.page.reload() // the script runs in pages that load from now on
  await ann.enter()
  await ann.isIn(room)
  await ann.say('refuse me')
  await ann.say('behind it')
  const problem = ann.log.getByText('Expected a text that is not blank.')
  await expect(problem).toBeVisible()
  await bob.shows(['behind it'])
  await ann.open('random')
  await ann.open(room)
  await expect(ann.log.locator('.bubble')).toHaveText(['behind it', 'refuse me'])

  await ann.page.evaluate(() => ((globalThis as Accepting).accepts = true))
  await ann.log.getByRole('button', { name: 'Retry' }).click()
  for (const person of [ann, bob]) await person.shows(['behind it', 'refuse me'])

  await ann.page.evaluate(() => ((globalThis as Accepting).accepts = false))
  await ann.say('refuse me again')
  await ann.log.getByRole('button', { name: 'Discard' }).click()
  await ann.shows(['behind it', 'refuse me'])
  await expect(problem).toHaveCount(0)
})

type Accepting = { accepts?: boolean }

/** Runs in the page: until it `accepts`, a text leaves it as one that the server refuses. */
function blankOnTheWay(): void {
  const changed = (data: unknown) =>
    typeof data === 'string' && !(globalThis as Accepting).accepts ? data.replaceAll(/refuse me[^"]*/g, ' ') : data
  for (const { prototype } of [WebSocket, XMLHttpRequest]) {
    const send = prototype.send as (data: unknown) => void
    prototype.send = function (this: WebSocket | XMLHttpRequest, data?: unknown) {
      send.call(this, changed(data))
    }
  }
}
