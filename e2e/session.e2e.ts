import { expect, test } from './support/test.ts'

test('a reload keeps the session and the room', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.say('before the reload')
  await ann.page.reload()
  await ann.isConnected()
  await ann.isIn(room)
  await ann.hears('before the reload')
  await ann.say('after it')
  await ann.hears('after it')
})

test('back and forward lead from room to room', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.open('random')
  await ann.page.goBack()
  await ann.isIn(room)
  await ann.page.goForward()
  await ann.isIn('random')
})

test('signing out ends the connection; the next person at the page starts anew', async ({ enter }) => {
  const bob = await enter('Bob')
  const room = await bob.createRoom()
  const ann = await enter('Ann', { room })
  await bob.sees('Ann')
  await ann.message.fill('a secret draft')
  await ann.page.getByRole('button', { name: 'Sign out' }).click()
  await expect(ann.page.getByRole('textbox', { name: 'Your name' })).toBeFocused()
  await expect(bob.members.getByText('Ann')).toHaveCount(0)

  await ann.page.getByRole('textbox', { name: 'Your name' }).fill('Cleo')
  await ann.page.getByRole('button', { name: 'Enter' }).click()
  await bob.sees('Cleo')
  await expect(ann.message).toHaveValue('')
})

test('a session that is soon over is renewed for the same person', async ({ enter }) => {
  const ann = await enter('Ann')
  const stored = () =>
    ann.page.evaluate(
      () => JSON.parse(Object.values(sessionStorage)[0] as string) as { expiresAt: number; user: object },
    )
  const before = await stored()
  await ann.page.evaluate((expiresAt) => {
    const [key, value] = Object.entries(sessionStorage)[0] as [string, string]
    sessionStorage.setItem(key, JSON.stringify({ ...(JSON.parse(value) as object), expiresAt }))
  }, Date.now() + 60_000)
  await ann.page.reload()
  await ann.isConnected()
  const after = await stored()
  expect(after.user).toEqual(before.user)
  expect(after.expiresAt).toBeGreaterThanOrEqual(before.expiresAt)
})

test.describe('a session that has ended', () => {
  // The refusal itself, and what Engine.IO still had under way on a connection that the server has closed.
  test.use({ expectedInConsole: /status of 40[01]|WebSocket is closed before the connection is established/ })

  test('leads back to the name screen, which says so; the room is kept', async ({ enter }) => {
    const ann = await enter('Ann')
    const room = await ann.createRoom()
    await ann.page.evaluate(() => {
      const [key, value] = Object.entries(sessionStorage)[0] as [string, string]
      sessionStorage.setItem(key, JSON.stringify({ ...(JSON.parse(value) as object), token: 'not a token' }))
    })
    await ann.page.reload()
    await expect(ann.page.getByText('Your session has ended. Enter your name to come back.')).toBeVisible()
    await ann.enter()
    await ann.isIn(room)
  })
})
