import { expect, test } from './support/test.ts'
import type { Person } from './support/person.ts'
import { seed } from './support/seed.ts'

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`)
const fromEnd = ({ log }: Person) => log.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight)

/** Scrolls up until the first message of the room is shown. */
async function readToTheBeginning({ log }: Person): Promise<void> {
  await expect(async () => {
    await log.evaluate((list) => list.scrollTo(0, 0))
    await expect(log.getByText('This is the beginning of')).toBeInViewport({ timeout: 1_000 })
  }).toPass()
}

test('the message log stays at its end, unless the reader has scrolled up', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(25))
  const bob = await enter('Bob', { room })
  await bob.expectMessage('line 24')
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)

  await bob.log.evaluate((list) => list.scrollBy(0, -400))
  await expect(bob.page.getByRole('button', { name: 'Latest' })).toBeVisible()
  const position = await bob.log.evaluate((list) => list.scrollTop)
  await ann.send('line 25')
  const newMessages = bob.page.getByRole('button', { name: 'New messages' })
  await expect(newMessages).toBeVisible()
  expect(await bob.log.evaluate((list) => list.scrollTop)).toBe(position)
  await newMessages.click()
  await expect(bob.log).toBeFocused()
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
  await expect(newMessages).toHaveCount(0)

  await bob.log.evaluate((list) => list.scrollBy(0, -400))
  await expect(bob.page.getByRole('button', { name: 'Latest' })).toBeVisible()
  await bob.send('my own')
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
})

test('earlier messages are loaded when the reader scrolls up, and do not move the visible ones', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(300))
  const bob = await enter('Bob', { room })
  await bob.expectMessage('line 299')
  await expect(bob.log.getByText('line 250', { exact: true })).toHaveCount(0)

  const middle = bob.log.getByText('line 265', { exact: true })
  await expect(async () => {
    await bob.log.evaluate((list) => list.scrollBy(0, -200))
    await expect(middle).toBeInViewport({ timeout: 100 })
  }).toPass()
  const before = await middle.boundingBox()
  await expect.poll(() => bob.log.evaluate((list) => list.scrollHeight)).toBeGreaterThan(150 * 35)
  const after = await middle.boundingBox()
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(10)
  await readToTheBeginning(bob)
  expect(await bob.readAll()).toEqual(lines(300))
})

test('a room with thousands of messages can be read to its beginning and back to its end', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(1_060))
  const bob = await enter('Bob', { room })
  await bob.expectMessage('line 1059')
  await readToTheBeginning(bob)
  await bob.expectMessage('line 0')
  expect(await bob.log.locator('.bubble').count()).toBeLessThan(60)
  await bob.page.getByRole('button', { name: 'Latest' }).click()
  await expect(bob.log).toBeFocused()
  await expect(bob.log.getByText('line 1059', { exact: true })).toBeInViewport()
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
})

test('a message that the user sends while reading old ones is shown at the end', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(160))
  const bob = await enter('Bob', { room })
  await bob.expectMessage('line 159')
  await readToTheBeginning(bob)
  await expect(bob.page.getByRole('button', { name: 'Latest' })).toBeVisible()
  await bob.send('my own')
  await expect(bob.log.locator('.bubble').last()).toHaveText('my own')
  await expect(bob.log.getByText('line 159', { exact: true })).toBeInViewport()
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
})
