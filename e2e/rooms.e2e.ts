import { expect, test } from './support/test.ts'

const phone = { width: 390, height: 844 }

test('a new room is scrolled into view in the list of rooms', async ({ enter }) => {
  const ann = await enter('Ann', { context: { viewport: { width: 1280, height: 500 } } })
  for (let made = 0; made < 6; made += 1) await ann.createRoom()
  const room = await ann.createRoom()
  await expect(ann.rooms.getByRole('button', { name: room, exact: true })).toBeInViewport({ ratio: 0.95 })
})

test('after a refused room, the connection’s state stands in the corner of the screen', async ({ enter }) => {
  for (const viewport of [{ width: 1280, height: 800 }, phone]) {
    const ann = await enter('Ann', { context: { viewport }, room: 'general' })
    await ann.page.goto(ann.page.url().replace(/#.*/, '#staff'))
    await expect(ann.page.getByRole('main').getByRole('alert')).toContainText('staff')
    const box = await ann.connection.boundingBox()
    expect(viewport.width - (box?.x ?? 0) - (box?.width ?? 0)).toBeLessThan(20)
    expect(box?.y).toBeLessThan(40)
  }
})

test('a room that the user returns to is shown at once, without a placeholder', async ({ enter }) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  await ann.send('still here')
  await ann.expectMessages(['still here'])
  await ann.open('random')
  await ann.page.evaluate(() => {
    const seen = globalThis as { placeholders?: number }
    seen.placeholders = 0
    new MutationObserver(() => {
      const shown = [...document.querySelectorAll('.skeleton')].some((each) => each.checkVisibility())
      if (shown) seen.placeholders = (seen.placeholders ?? 0) + 1
    }).observe(document.body, { subtree: true, attributes: true, childList: true })
  })
  await ann.open(room)
  await ann.expectMessages(['still here'])
  expect(await ann.page.evaluate(() => (globalThis as { placeholders?: number }).placeholders)).toBe(0)
})

test('two people with long names that begin alike can be told apart, also by their colours', async ({ enter }) => {
  const names = ['Bartholomew Featherstonehaugh the First', 'Bartholomew Featherstonehaugh the Other']
  const [first, other] = [await enter(names[0] ?? ''), await enter(names[1] ?? '')]
  const room = await first.createRoom()
  await other.open(room)
  const shown = first.members.locator('.name')
  await expect(shown).toHaveText(names)
  for (const tail of ['First', 'Other']) await expect(shown.getByText(tail, { exact: false }).last()).toBeInViewport()
  const colours = await first.members
    .locator('.avatar')
    .evaluateAll((avatars) => avatars.map((avatar) => getComputedStyle(avatar).backgroundColor))
  expect(new Set(colours).size).toBe(2)
})
