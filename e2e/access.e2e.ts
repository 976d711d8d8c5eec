import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { OUTAGE, expect, test } from './support/test.ts'

const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}

async function expectNoHorizontalScroll(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}

test.describe('axe finds no serious violation', () => {
  test.use({ expectedInConsole: OUTAGE })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of [
      ['1280×800', desktop],
      ['390×844', phone],
    ] as const)
      test(`${colorScheme}, ${size}`, async ({ enter, visit }) => {
        const bob = await enter('Bob Unübertrefflich-Langername the First')
        const room = await bob.createRoom()
        await bob.send('Good morning')
        const ann = await visit('Ann', { context: { viewport, colorScheme, reducedMotion: 'reduce' } })
        const { page } = ann
        await page.getByRole('button', { name: 'Enter' }).click()
        await expect(page.getByRole('alert')).toHaveText(/^A name has/)
        await expectAccessible(page)

        await ann.enter()
        await expectAccessible(page)
        await ann.rooms.getByRole('button', { name: room }).click()
        await ann.expectMessage('Good morning')
        await ann.send('w'.repeat(120))
        await bob.message.pressSequentially('?')
        await expect(page.getByText('is typing…')).toBeVisible()
        await ann.message.fill('x'.repeat(4001))
        await ann.message.press('Enter')
        await expectAccessible(page)
        await expectNoHorizontalScroll(page)
        await expect(ann.message).toBeInViewport({ ratio: 1 })

        await page.context().setOffline(true)
        await expect(ann.connection).toHaveText(/^Offline/)
        await ann.send('later')
        await expect(page.getByText('You are offline.')).toBeVisible()
        await expectAccessible(page)
        await expectNoHorizontalScroll(page)
        await page.context().setOffline(false)
        await ann.expectConnected()

        await page.goto(page.url().replace(/#.*/, '#staff'))
        await expect(page.getByRole('main').getByRole('alert')).toContainText('staff')
        await expectAccessible(page)
        await expectNoHorizontalScroll(page)
      })
})

test('a user can sign in, change the room and send messages by keyboard alone', async ({ enter, visit }) => {
  const bob = await enter('Bob')
  await bob.open('random')
  const { page } = await visit('Ann')
  const text = `by keyboard ${Math.random()}`
  await expect(page.getByRole('textbox', { name: 'Your name' })).toBeFocused()
  await page.keyboard.type('Ann')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Rooms' })).toBeFocused()
  await expect(page.getByRole('button', { name: 'random', exact: true })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'general', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused()

  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('log')).toBeFocused()
  const random = page.getByRole('button', { name: 'random', exact: true })
  await expect(async () => {
    await page.keyboard.press('Shift+Tab')
    await expect(random).toBeFocused({ timeout: 50 })
  }).toPass()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'random' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await page.keyboard.type(text)
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('second line')
  await page.keyboard.press('Enter')
  await bob.expectMessage(`${text} second line`)
})

test('on a phone the page shows the list of rooms or one room, and the members on demand', async ({ enter }) => {
  const bob = await enter('Bob')
  const room = await bob.createRoom()
  const ann = await enter('Ann', { context: { viewport: phone } })
  await expect(ann.rooms).toBeVisible()
  await ann.rooms.getByRole('button', { name: room }).click()
  await expect(ann.rooms).toBeHidden()
  await expect(ann.members).toBeHidden()
  await ann.page.getByRole('button', { name: '2 people are here' }).click()
  await ann.expectMember('Bob')
  await ann.page.keyboard.press('Escape')
  await expect(ann.members).toBeHidden()
  await ann.page.getByRole('button', { name: 'All rooms' }).click()
  await expect(ann.rooms).toBeVisible()
  await expect(bob.members.getByText('Ann')).toHaveCount(0)
})
