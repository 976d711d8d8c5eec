import { OUTAGE, expect, test } from './support/test.ts'
import { seed } from './support/seed.ts'

test.use({ expectedInConsole: OUTAGE })

test('P4 offline while others talk: on return all of it is there, in order, and nothing is said to be missing', async ({
  meet,
}) => {
  const { ann, bob } = await meet()
  await ann.say('before')
  await bob.hears('before')
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  for (const text of ['one', 'two', 'three']) await bob.say(text)
  await ann.say('from the tunnel')
  await bob.shows(['before', 'one', 'two', 'three'])

  await ann.page.context().setOffline(false)
  for (const person of [ann, bob]) await person.shows(['before', 'one', 'two', 'three', 'from the tunnel'])
})

test('P4 F36 more was missed than one page holds: all of it is there, in order', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.say('before')
  await ann.shows(['before'])
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  const texts = Array.from({ length: 250 }, (_, index) => `line ${index}`)
  await seed(room, texts)
  await ann.page.context().setOffline(false)
  await ann.shows(['before', ...texts])
})

test('P12 F33 what was typed offline is not told later', async ({ meet }) => {
  const { ann, bob, room } = await meet()
  await bob.page.evaluate(() => {
    const seen = globalThis as { typing?: number }
    seen.typing = 0
    new MutationObserver(() => {
      if (document.body.textContent?.includes('is typing')) seen.typing = (seen.typing ?? 0) + 1
    }).observe(document.body, { subtree: true, characterData: true, childList: true })
  })
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  await ann.message.pressSequentially('Hi')
  await ann.page.context().setOffline(false)
  await ann.isConnected()
  await ann.isIn(room)
  await ann.message.press('Enter')
  await bob.hears('Hi')
  expect(await bob.page.evaluate(() => (globalThis as { typing?: number }).typing)).toBe(0)
})
