import { chatAddress, sharedServer } from './support/addresses.ts'
import { expect, OUTAGE, test } from './support/test.ts'

test.describe('the headers of the page', () => {
  test('are the usual ones, and the chat works under them without a violation', async ({ meet }) => {
    const { ann, bob } = await meet() // any message of the console, such as a violation, fails the test
    const violations: string[] = []
    await ann.page.exposeFunction('violated', (what: string) => violations.push(what))
    await ann.page.evaluate(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        (globalThis as unknown as { violated(what: string): void }).violated(`${violatedDirective} ${blockedURI}`),
      ),
    )
    await ann.send('Hello, Bob')
    await bob.expectMessage('Hello, Bob')
    await ann.open('general')
    await ann.page.getByRole('heading', { level: 1, name: 'general' }).waitFor()
    expect(violations).toEqual([])

    const response = await ann.page.request.get(chatAddress(sharedServer))
    expect(response.headers()).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'/,
      ),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    const health = await ann.page.request.get(`${sharedServer}/healthz`)
    expect(health.headers()).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })

  test.describe(() => {
    test.use({ expectedInConsole: /Content Security Policy/ })

    test('SEC25 an inline script, a handler in HTML and a script of another origin do not run', async ({ enter }) => {
      const { page } = await enter('Ann')
      const ran = await page.evaluate(async (other) => {
        const marks = globalThis as unknown as Record<string, boolean | undefined>
        const inline = document.createElement('script')
        inline.textContent = 'globalThis.inlineRan = true'
        const foreign = document.createElement('script')
        const settled = new Promise((resolve) => {
          foreign.onload = foreign.onerror = resolve
        })
        foreign.src = `${other}/socket.io/socket.io.js`
        document.body.append(inline, foreign)
        document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="globalThis.handlerRan = true">')
        const image = document.body.lastElementChild
        const failed = new Promise((resolve) => image?.addEventListener('error', resolve))
        await Promise.all([settled, failed])
        return [marks['inlineRan'], marks['handlerRan'], marks['io']].map((mark) => mark !== undefined)
      }, sharedServer)
      expect(ran).toEqual([false, false, false])
    })
  })
})

test.describe(() => {
  test.use({ expectedInConsole: OUTAGE }) // the server ends before the page

  test('SEC14 a link to another server is asked about before anything is sent to it, once', async ({
    visit,
    ownServer,
  }) => {
    const { page, name } = await visit('Ann', { server: ownServer.url, isTrusted: false, room: 'general' })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await expect(page.getByRole('heading', { level: 1, name: 'Another server' })).toBeFocused()
    await expect(page.getByText(ownServer.url, { exact: true })).toBeVisible()
    await expect(page.getByRole('textbox')).toHaveCount(0)
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Another server' })).toBeVisible()
    expect(asked.filter((url) => url.startsWith(ownServer.url))).toEqual([])

    await page.getByRole('button', { name: 'Go to this server' }).click()
    await page.getByRole('textbox', { name: 'Your name' }).fill(name)
    await page.getByRole('button', { name: 'Enter' }).click()
    await expect(page.getByRole('status', { name: 'Connection' })).toHaveText(/^Connected/)
    expect(asked.some((url) => url.startsWith(ownServer.url))).toBe(true)
    await page.reload()
    await expect(page.getByRole('status', { name: 'Connection' })).toHaveText(/^Connected/)
  })
})

test('SEC14 the user can stay with the usual server instead', async ({ visit, ownServer }) => {
  const { page } = await visit('Ann', { server: ownServer.url, isTrusted: false })
  await page.getByRole('link', { name: 'Use the usual server' }).click()
  await expect(page.getByRole('textbox', { name: 'Your name' })).toBeVisible()
  expect(page.url()).toBe(new URL('/', chatAddress(sharedServer)).href)
})
