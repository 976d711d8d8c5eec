import { expect, test } from './support/test.ts'
import type { Person } from './support/person.ts'
import { seed } from './support/seed.ts'

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`)
const fromEnd = ({ log }: Person) => log.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight)

/** Loads all earlier messages of a room with 1,060 messages. */
async function readToTheBeginning({ log }: Person): Promise<void> {
  const older = log.getByRole('button', { name: 'Show earlier messages' })
  for (let first = 1_010; first > 0; first -= 100) {
    await expect(log.locator('.bubble').first()).toHaveText(`line ${first}`)
    await older.click()
  }
  await expect(older).toHaveCount(0)
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
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
  await expect(newMessages).toHaveCount(0)

  await bob.log.evaluate((list) => list.scrollBy(0, -400))
  await expect(bob.page.getByRole('button', { name: 'Latest' })).toBeVisible()
  await bob.send('my own')
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
})

test('earlier messages are loaded on demand and do not move the visible ones', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(55))
  const bob = await enter('Bob', { room })
  await bob.expectMessage('line 54')
  await expect(bob.log.getByText('line 4', { exact: true })).toHaveCount(0)

  const older = bob.log.getByRole('button', { name: 'Show earlier messages' })
  await older.scrollIntoViewIfNeeded()
  await expect(bob.page.getByRole('button', { name: 'Latest' })).toBeVisible()
  const fifth = bob.log.getByText('line 5', { exact: true })
  const before = await fifth.boundingBox()
  await older.click()
  await expect(bob.log.getByText('line 0', { exact: true })).toBeAttached()
  await expect(older).toHaveCount(0)
  const after = await fifth.boundingBox()
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(60)
  await expect(bob.log.locator('.bubble')).toHaveText(lines(55))
})

test('a room with more messages than the page shows can be read to its beginning and back to its end', async ({
  enter,
}) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(1_060))
  const bob = await enter('Bob', { room })
  await readToTheBeginning(bob)
  await expect(bob.log.getByText('line 10', { exact: true })).toBeInViewport()
  await expect(bob.log.locator('.bubble')).toHaveText(lines(1_000))

  await bob.log.getByRole('button', { name: 'Show later messages' }).click()
  await expect(bob.log.locator('.bubble').last()).toHaveText('line 1059')
  await expect(bob.log.getByText('line 999', { exact: true })).toBeInViewport()
  await expect(bob.log.locator('.bubble')).toHaveCount(1_000)
})

test('a message that the user sends while reading old ones is shown at the end', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await seed(room, lines(1_060))
  const bob = await enter('Bob', { room })
  await readToTheBeginning(bob)
  await expect(bob.page.getByRole('button', { name: 'Latest' })).toBeVisible()
  await bob.send('my own')
  await expect(bob.log.locator('.bubble').last()).toHaveText('my own')
  await expect(bob.log.getByText('line 1059', { exact: true })).toBeInViewport()
  await expect.poll(() => fromEnd(bob)).toBeLessThan(2)
})
