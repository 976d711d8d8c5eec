import type { Page } from '@playwright/test'
import { OUTAGE, expect, test } from './support/test.ts'

test('who looks at another tab is away to the others, and here again after it', async ({ meet }) => {
  const { ann, bob } = await meet()
  const seen = ann.member('Bob')
  await expect(seen.getByRole('img', { name: 'online' })).toBeVisible()
  await look(bob.page, 'hidden')
  await expect(seen.getByRole('img', { name: 'away' })).toBeVisible()
  await expect(ann.member('Ann').getByRole('img', { name: 'online' })).toBeVisible()

  await bob.page.reload()
  await bob.isConnected()
  await expect(seen.getByRole('img', { name: 'online' })).toBeVisible()
  await look(bob.page, 'hidden')
  await expect(seen.getByRole('img', { name: 'away' })).toBeVisible()
  await look(bob.page, 'visible')
  await expect(seen.getByRole('img', { name: 'online' })).toBeVisible()
})

test('who is away and comes to another room is away there, too', async ({ meet, enter }) => {
  const { bob } = await meet()
  const room = await bob.createRoom()
  const cleo = await enter('Cleo', { room })
  await bob.open('random')
  await look(bob.page, 'hidden')
  await bob.open(room)
  await expect(cleo.member('Bob').getByRole('img', { name: 'away' })).toBeVisible()
})

test.describe('a short outage', () => {
  test.use({ expectedInConsole: OUTAGE })

  test('is none to the others: they never see anybody leave', async ({ meet }) => {
    const { ann, bob } = await meet()
    await ann.page.evaluate(() => {
      const seen = globalThis as { left?: number }
      seen.left = 0
      new MutationObserver(() => {
        const members = document.querySelector('[aria-label=Members] ul')
        if (!members?.textContent?.includes('Bob')) seen.left = (seen.left ?? 0) + 1
      }).observe(document.body, { subtree: true, characterData: true, childList: true })
    })
    await bob.page.context().setOffline(true)
    await expect(bob.connection).toHaveText(/^Offline/)
    await bob.page.context().setOffline(false)
    await bob.isConnected()
    await bob.say('back')
    await ann.hears('back')
    expect(await ann.page.evaluate(() => (globalThis as { left?: number }).left)).toBe(0)
  })
})

/** Chromium without a screen takes every tab to be looked at, so that the page itself is told. */
async function look(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((visibilityState) => {
    Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}
