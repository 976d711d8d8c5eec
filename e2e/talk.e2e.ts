import { expect, test } from './support/test.ts'

test('two users send messages to each other', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  const bob = await enter('Bob')
  await bob.open(room)
  await Promise.all([ann.expectMember('Bob'), bob.expectMember('Ann')])

  await ann.message.fill('Hello, Bob')
  await ann.page.getByRole('button', { name: 'Send' }).click()
  await bob.expectMessage('Hello, Bob')
  await bob.send('Hello, Ann')
  await ann.expectMessage('Hello, Ann')
  for (const { log } of [ann, bob]) await expect(log.locator('.bubble')).toHaveText(['Hello, Bob', 'Hello, Ann'])
  await expect(bob.log).toContainText(/Ann\d+:\d\d [AP]MHello, Bob/)
  await expect(ann.page).toHaveTitle(`#${room} – Roomful`)
})

test('earlier messages are shown to a user who joins later, and to a user who returns', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.send('one')
  await ann.send('two\nlines')
  const bob = await enter('Bob')
  await bob.open(room)
  await expect(bob.log.locator('.bubble')).toHaveText(['one', 'two lines'])
  await bob.open('random')
  await ann.send('three')
  await bob.open(room)
  await expect(bob.log.locator('.bubble')).toHaveText(['one', 'two lines', 'three'])
})

test('many messages arrive once and in order, and an own message is never shown twice', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  const bob = await enter('Bob')
  await bob.open(room)
  await ann.page.evaluate(() => {
    const seen = globalThis as { doubles?: number }
    seen.doubles = 0
    new MutationObserver(() => {
      const texts = [...document.querySelectorAll('.bubble')].map(({ textContent }) => textContent)
      if (new Set(texts).size < texts.length) seen.doubles = (seen.doubles ?? 0) + 1
    }).observe(document.body, { subtree: true, characterData: true, childList: true })
  })
  const texts = Array.from({ length: 8 }, (_, index) => `message ${index}`)
  for (const text of texts) await ann.send(text)
  await expect(bob.log.locator('.bubble')).toHaveText(texts)
  await expect(ann.log.locator('.bubble')).toHaveText(texts)
  await expect(ann.log.locator('.note')).toHaveCount(0)
  expect(await ann.page.evaluate(() => (globalThis as { doubles?: number }).doubles)).toBe(0)
})

test('rooms are separate, and a room that the user left delivers no more messages', async ({ enter, visit }) => {
  const ann = await enter('Ann')
  const [first, second] = [await ann.createRoom(), await ann.createRoom()]
  await ann.open(first)
  const bob = await visit('Bob')
  const received: string[] = []
  bob.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => received.push(String(payload))))
  bob.page.on('response', async (response) => {
    if (response.url().includes('transport=polling')) received.push(await response.text())
  })
  await bob.enter()
  await bob.open(first)
  await ann.expectMember('Bob')
  await ann.send('while Bob is here')
  await bob.expectMessage('while Bob is here')

  await bob.open(second)
  await expect(ann.members.getByText('Bob')).toHaveCount(0)
  await expect(bob.log).not.toContainText('while Bob is here')
  await ann.send('when Bob has gone')
  await ann.open(second)
  await ann.send('in the other room')
  await bob.expectMessage('in the other room')
  await expect(bob.log.locator('.bubble')).toHaveText(['in the other room'])
  expect(received.join('\n')).toContain('in the other room')
  expect(received.join('\n')).not.toContain('when Bob has gone')
})

test('a typing user is shown to others until they send, clear the text, or pause', async ({ enter, visit }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  const bob = await visit('Bob', { room })
  await bob.page.clock.install()
  await bob.enter()
  await bob.expectInRoom(room)
  const typing = bob.page.getByText('Ann is typing…')

  await ann.message.pressSequentially('Hi')
  await expect(typing).toBeVisible()
  await expect(ann.page.getByText('is typing…')).toHaveCount(0)
  await ann.message.press('Enter')
  await bob.expectMessage('Hi')
  await expect(typing).toHaveCount(0)

  await ann.message.fill('Never')
  await expect(typing).toBeVisible()
  await ann.message.fill('')
  await expect(typing).toHaveCount(0)

  await ann.message.fill('A long thought')
  await expect(typing).toBeVisible()
  await bob.page.clock.fastForward(6000)
  await expect(typing).toHaveCount(0)
})

test('a new room is shown to all users, and its name is checked', async ({ enter }) => {
  const [ann, bob] = [await enter('Ann'), await enter('Bob')]
  const newRoom = ann.rooms.getByRole('textbox', { name: 'New room' })
  for (const name of ['', '   ', 'x'.repeat(41), '$inbox', 'a\u202eb', 'a\u200bb']) {
    await newRoom.fill(name)
    await ann.rooms.getByRole('button', { name: 'Create room' }).click()
    await expect(ann.rooms.getByRole('alert')).toHaveText(
      'A room’s name has 1 to 40 visible characters, the first not $.',
    )
  }
  const room = await ann.createRoom()
  await expect(bob.rooms.getByRole('button', { name: room, exact: true })).toBeVisible()
})
