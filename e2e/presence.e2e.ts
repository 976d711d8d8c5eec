import type { Page } from '@playwright/test'
import { OUTAGE, expect, test } from './support/test.ts'

test('a user whose tab is hidden is shown as away, and as online when it is visible again', async ({ meet }) => {
  const { ann, bob } = await meet()
  const seen = ann.member('Bob')
  await expect(seen.getByRole('img', { name: 'online' })).toBeVisible()
  await setVisibility(bob.page, 'hidden')
  await expect(seen.getByRole('img', { name: 'away' })).toBeVisible()
  await expect(ann.member('Ann').getByRole('img', { name: 'online' })).toBeVisible()

  await bob.page.reload()
  await bob.expectConnected()
  await expect(seen.getByRole('img', { name: 'online' })).toBeVisible()
  await setVisibility(bob.page, 'hidden')
  await expect(seen.getByRole('img', { name: 'away' })).toBeVisible()
  await setVisibility(bob.page, 'visible')
  await expect(seen.getByRole('img', { name: 'online' })).toBeVisible()
})

test('a user who is away is also away in a room that they open', async ({ meet, enter }) => {
  const { bob } = await meet()
  const room = await bob.createRoom()
  const cleo = await enter('Cleo', { room })
  await bob.open('random')
  await setVisibility(bob.page, 'hidden')
  await bob.open(room)
  await expect(cleo.member('Bob').getByRole('img', { name: 'away' })).toBeVisible()
})

test.describe('a short outage', () => {
  test.use({ expectedInConsole: OUTAGE })

  test('is not visible to others: the member does not leave', async ({ meet }) => {
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
    await bob.expectConnected()
    await bob.send('back')
    await ann.expectMessage('back')
    expect(await ann.page.evaluate(() => (globalThis as { left?: number }).left)).toBe(0)
  })
})

/** Changes the page's visibility by script, because headless Chromium treats every tab as visible. */
async function setVisibility(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((visibilityState) => {
    Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}

test.describe('while the connection is away', () => {
  test.use({ expectedInConsole: OUTAGE })

  test('the members are marked as not current', async ({ meet }) => {
    const { ann } = await meet()
    await expect(ann.member('Bob').getByRole('img', { name: 'online' })).toBeVisible()
    await ann.page.context().setOffline(true)
    await expect(ann.page.getByText('Not connected: this may have changed.')).toBeVisible()
    await expect(ann.member('Bob').getByRole('img')).toHaveCount(0)
    await ann.page.context().setOffline(false)
    await expect(ann.member('Bob').getByRole('img', { name: 'online' })).toBeVisible()
  })
})
