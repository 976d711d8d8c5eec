import { OUTAGE, expect, test } from './support/test.ts'

test.use({ expectedInConsole: OUTAGE })

test('the dock opens by its key and its button, and lists what happens when the connection is cut', async ({
  meet,
}) => {
  const { ann, bob } = await meet()
  const dock = ann.page.getByRole('complementary', { name: 'Break it' })
  await ann.page.keyboard.press('F2')
  await expect(dock.getByRole('list', { name: 'What is promised now' })).toContainText('stored once')
  const lines = dock.getByRole('list', { name: 'What happens' })
  await ann.send('before')
  await expect(lines).toContainText('The server has stored it')

  await dock.getByRole('button', { name: 'Cut the line' }).click()
  await expect(lines).toContainText('Connected.')
  await bob.send('meanwhile')
  await dock.getByRole('button', { name: 'Lose a packet' }).click()
  await ann.send('lost once')
  for (const person of [ann, bob]) await person.expectMessages(['before', 'meanwhile', 'lost once'])

  await ann.page.keyboard.press('Escape')
  await expect(dock).toHaveCount(0)
  await ann.page.getByRole('button', { name: 'Break it' }).click()
  await expect(dock).toBeVisible()
})

test('messages that are written while the page is offline wait, and are sent when it is online again', async ({
  meet,
}) => {
  const { ann, bob } = await meet()
  await ann.page.keyboard.press('F2')
  const offline = ann.page.getByRole('button', { name: 'Go offline' })
  await offline.click()
  await expect(offline).toHaveAttribute('aria-pressed', 'true')
  await expect(ann.connection).not.toHaveText(/^Connected/)
  await ann.send('from the tunnel')
  await expect(ann.waiting).toHaveCount(1)
  await offline.click()
  for (const person of [ann, bob]) await person.expectMessages(['from the tunnel'])
})
