import { OUTAGE, expect, test } from './support/test.ts'
import { seed } from './support/seed.ts'

test.use({ expectedInConsole: OUTAGE })

test('P4 messages sent during an outage are shown afterwards, in order and without a gap', async ({ meet }) => {
  const { ann, bob } = await meet()
  await ann.send('before')
  await bob.expectMessage('before')
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  for (const text of ['one', 'two', 'three']) await bob.send(text)
  await ann.send('from the tunnel')
  await bob.expectMessages(['before', 'one', 'two', 'three'])

  await ann.page.context().setOffline(false)
  for (const person of [ann, bob]) await person.expectMessages(['before', 'one', 'two', 'three', 'from the tunnel'])
})

test('P4 F36 more missed messages than one page holds are all shown, in order', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.send('before')
  await ann.expectMessages(['before'])
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  const texts = Array.from({ length: 250 }, (_, index) => `line ${index}`)
  await seed(room, texts)
  await ann.page.context().setOffline(false)
  await ann.expectMessages(['before', ...texts])
})

test('P12 F33 typing while offline is not announced later', async ({ meet }) => {
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
  await ann.expectConnected()
  await ann.expectInRoom(room)
  await ann.message.press('Enter')
  await bob.expectMessage('Hi')
  expect(await bob.page.evaluate(() => (globalThis as { typing?: number }).typing)).toBe(0)
})
