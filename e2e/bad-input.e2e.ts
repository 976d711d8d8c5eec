import { chatAddress } from './support/addresses.ts'
import { expect, test } from './support/test.ts'

test('a refused room shows the reason, and other rooms work', async ({ enter }) => {
  const ann = await enter('Ann')
  await ann.rooms.getByRole('button', { name: 'staff' }).click()
  await expect(ann.page.getByRole('main').getByRole('alert')).toHaveText('Room staff is for staff only.')
  await expect(ann.page.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(ann.message).toHaveCount(0)
  await ann.expectConnected()
  await ann.page.getByRole('button', { name: 'Try again' }).click()
  await expect(ann.page.getByRole('main').getByRole('alert')).toHaveText('Room staff is for staff only.')
  await ann.createRoom()
  await ann.send('still here')
  await ann.expectMessage('still here')
})

test('an invalid room name shows what was expected', async ({ enter }) => {
  const { page } = await enter('Ann', { room: 'x'.repeat(201) })
  await expect(page.getByRole('main').getByRole('alert')).toContainText('128')
})

test('a message over the length limit is not sent, and the page explains why; a message at the limit is sent', async ({
  meet,
}) => {
  const { ann, bob } = await meet()
  await ann.message.fill('x'.repeat(4001))
  await expect(ann.page.getByText('4,001 / 4,000')).toBeVisible()
  await ann.page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(ann.page.getByRole('main').getByRole('alert')).toHaveText(
    'A message has at most 4,000 characters; this one has 4,001.',
  )
  await expect(ann.log.locator('.bubble')).toHaveCount(0)
  await ann.send('x'.repeat(4000))
  await bob.expectMessage('x'.repeat(4000))
})

test('SEC25 SEC31 HTML and links are shown as text and run nothing, and the token is in no address', async ({
  enter,
}) => {
  const ann = await enter('Ann')
  const addresses: string[] = []
  ann.page.on('request', (request) => addresses.push(request.url()))
  ann.page.on('websocket', (socket) => addresses.push(socket.url()))
  await ann.page.reload()
  await ann.expectConnected()
  await ann.createRoom()
  const texts = [
    '<img src=x onerror="document.title=1">',
    '<script>document.title=1</script>',
    'javascript:document.title=1',
    'data:text/html,<script>1</script>',
    '\u202etxt.exe',
    `a${'\u0301'.repeat(3_900)}`,
  ]
  for (const text of texts) await ann.send(text)
  await expect(ann.log.locator('.bubble')).toHaveCount(texts.length)
  await expect(ann.waiting).toHaveCount(0)
  await ann.expectMessage(texts[0] ?? '')
  await expect(ann.log.locator('img, script, a')).toHaveCount(0)
  expect(await ann.page.title()).not.toBe('1')
  await ann.send('still here')
  await ann.expectMessage('still here')
  const session = (await ann.page.evaluate(() =>
    Object.entries(sessionStorage).find(([key]) => key.startsWith('roomful-chat:session:')),
  )) as [string, string]
  const { token } = JSON.parse(session[1]) as { token: string }
  expect(addresses.filter((address) => address.includes('socket.io'))).not.toEqual([])
  for (const address of addresses) expect(decodeURIComponent(address)).not.toContain(token)
})

test('a blank message is not sent', async ({ enter }) => {
  const ann = await enter('Ann')
  await ann.createRoom()
  await ann.message.fill(' \n ')
  await ann.page.getByRole('button', { name: 'Send', exact: true }).click()
  await ann.send('first')
  await expect(ann.log.locator('.bubble')).toHaveText(['first'])
})

for (const [description, name] of [
  ['only spaces', '   '],
  ['nothing', ''],
  ['41 characters', 'x'.repeat(41)],
] as const)
  test(`SEC25 a name of ${description} is refused, and the page shows what was expected`, async ({ visit }) => {
    const { page } = await visit('Ann')
    await page.getByRole('textbox', { name: 'Your name' }).fill(name)
    await page.getByRole('button', { name: 'Enter' }).click()
    await expect(page.getByRole('alert')).toHaveText('A name has 1 to 40 visible characters.')
    await expect(page.getByRole('textbox', { name: 'Your name' })).toHaveAttribute('aria-invalid', 'true')
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ann')
    await expect(page.getByRole('alert')).toHaveText('')
    await page.getByRole('button', { name: 'Enter' }).click()
    await expect(page.getByRole('status', { name: 'Connection' })).toHaveText(/^Connected/)
  })

for (const server of [
  'nonsense',
  'http://',
  'ftp://example.com',
  'http://localhost:99999',
  'http://localhost/path',
  '',
])
  test(`?server=${server} is refused with an explanation`, async ({ visit }) => {
    const { page } = await visit('Ann', { server })
    await expect(page.getByRole('alert')).toHaveText(
      `“${server}” is not the address of a server: expected something like http://localhost:3001.`,
    )
    await page.getByRole('link', { name: 'Use the usual server' }).click()
    await expect(page.getByRole('textbox', { name: 'Your name' })).toBeVisible()
    expect(page.url()).toBe(new URL('/', chatAddress(server)).href)
  })
