import { OUTAGE, expect, test } from './support/test.ts'

test('a reload keeps the session and the room', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.send('before the reload')
  await ann.page.reload()
  await ann.expectConnected()
  await ann.expectInRoom(room)
  await ann.expectMessage('before the reload')
  await ann.send('after it')
  await ann.expectMessage('after it')
})

test('the browser’s back and forward buttons change the room', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.open('random')
  await ann.page.goBack()
  await ann.expectInRoom(room)
  await ann.page.goForward()
  await ann.expectInRoom('random')
})

test('signing out ends the connection, and the next user of the page sees no data of the first', async ({ enter }) => {
  const bob = await enter('Bob')
  const room = await bob.createRoom()
  const ann = await enter('Ann', { room })
  await bob.expectMember('Ann')
  await ann.message.fill('a secret draft')
  await ann.page.getByRole('button', { name: 'Sign out' }).click()
  await expect(ann.page.getByRole('textbox', { name: 'Your name' })).toBeFocused()
  await expect(bob.members.getByText('Ann')).toHaveCount(0)

  await ann.page.getByRole('textbox', { name: 'Your name' }).fill('Cleo')
  await ann.page.getByRole('button', { name: 'Enter' }).click()
  await bob.expectMember('Cleo')
  await expect(ann.message).toHaveValue('')
})

test.describe('an invalid session', () => {
  // The refusal itself, and requests of Engine.IO that were in flight when the server closed the connection.
  test.use({ expectedInConsole: /status of 40[01]|WebSocket is closed before the connection is established/ })

  test('leads back to the name screen with the reason, and keeps the room', async ({ enter }) => {
    const ann = await enter('Ann')
    const room = await ann.createRoom()
    await ann.page.evaluate(() => {
      const isSession = ([key]: [string, string]): boolean => key.startsWith('roomful-chat:session:')
      const [key, value] = Object.entries(sessionStorage).find(isSession) as [string, string]
      sessionStorage.setItem(key, JSON.stringify({ ...(JSON.parse(value) as object), token: 'not a token' }))
    })
    await ann.page.reload()
    await expect(ann.page.getByText('Your session has ended. Enter your name to come back.')).toBeVisible()
    await ann.enter()
    await ann.expectInRoom(room)
  })
})

test.describe('with messages that are not sent yet', () => {
  test.use({ expectedInConsole: OUTAGE })

  test('signing out asks first; then the messages are discarded, or the user stays', async ({ enter }) => {
    const ann = await enter('Ann')
    await ann.createRoom()
    await ann.page.context().setOffline(true)
    await expect(ann.connection).toHaveText(/^Offline/)
    await ann.send('not sent yet')
    await ann.expectStored(1)
    await ann.page.getByRole('button', { name: 'Sign out' }).click()
    const question = ann.page.getByRole('dialog', { name: 'Sign out now?' })
    await expect(question).toContainText('One message is not sent yet.')
    await question.getByRole('button', { name: 'Stay' }).click()
    await expect(ann.waiting).toHaveCount(1)

    await ann.page.getByRole('button', { name: 'Sign out' }).click()
    await question.getByRole('button', { name: 'Discard and sign out' }).click()
    await expect(ann.page.getByRole('textbox', { name: 'Your name' })).toBeVisible()
    await ann.expectStored(0)
  })
})
