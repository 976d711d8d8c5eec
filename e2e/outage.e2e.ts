import { OUTAGE, expect, test } from './support/test.ts'

/** Times of the `offline` event and of its display, by the page's clock. */
type Times = { times?: { offline: number; shown: number } }

test.use({ expectedInConsole: OUTAGE })

for (const [signal, fault] of [
  ['SIGKILL', 'F4'],
  ['SIGTERM', 'F6'],
] as const)
  test(`P1 ${fault} after a restart of the server (${signal}) both clients reconnect, and all messages are shown once`, async ({
    meet,
    ownServer,
  }) => {
    const { ann, bob } = await meet(ownServer)
    await ann.send('before')
    await bob.expectMessage('before')

    await ownServer.stop(signal)
    for (const { connection } of [ann, bob]) await expect(connection).toHaveText(/^Reconnecting/)
    await ann.send('written meanwhile')
    await expect(ann.waiting).toHaveCount(1)
    await expect(ann.page.getByText('One message waits to be sent.')).toBeVisible()
    await expect(ann.page.getByText('The connection is lost.')).toBeVisible()

    await ownServer.startAgain()
    await Promise.all([ann.expectConnected(), bob.expectConnected()])
    await bob.expectMessage('written meanwhile')
    await bob.send('after')
    await ann.expectMessage('after')
    await Promise.all([ann.expectMember('Bob'), bob.expectMember('Ann')])
    for (const person of [ann, bob]) await person.expectMessages(['before', 'written meanwhile', 'after'])
    await ann.page.reload()
    await ann.expectMessages(['before', 'written meanwhile', 'after'])
  })

test('P4 F7 after a loss of the server’s messages the page says that the history began anew, and sends the queued ones', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ann.send('before')
  await bob.expectMessage('before')
  await ownServer.stop('SIGTERM')
  await ownServer.loseMessages()
  await ann.send('written meanwhile')
  await ownServer.startAgain()
  for (const { log } of [ann, bob]) {
    await expect(log.locator('.bubble')).toHaveText(['written meanwhile'])
    await expect(log).toContainText(/The room’s history began anew: what was here before is gone\..*written meanwhile/)
    await expect(log.locator('.note')).toHaveCount(0)
  }
})

test('the page shows an outage within a second, queues messages, and sends them after reconnecting', async ({
  meet,
}) => {
  const { ann, bob } = await meet()
  await ann.page.evaluate(() => {
    const status = document.querySelector('[role=status]')
    const times = ((globalThis as Times).times = { offline: 0, shown: 0 })
    addEventListener('offline', () => (times.offline = performance.now()))
    new MutationObserver(() => {
      if (status?.textContent?.startsWith('Offline')) times.shown ||= performance.now()
    }).observe(document.body, { subtree: true, characterData: true, childList: true })
  })
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  const times = await ann.page.evaluate(() => (globalThis as Times).times)
  expect(times?.shown).toBeGreaterThan(0)
  expect(times?.offline).toBeGreaterThan(0)
  expect(Number(times?.shown) - Number(times?.offline)).toBeLessThan(1000)
  await expect(ann.page.getByText('You are offline.')).toBeVisible()

  await ann.send('from the tunnel')
  await expect(ann.waiting).toHaveCount(1)
  await expect(ann.page.getByText('One message waits to be sent.')).toBeVisible()
  await bob.send('said meanwhile')
  await ann.page.context().setOffline(false)
  await expect(ann.page.getByText('The connection is back.')).toBeVisible()
  await ann.expectConnected()
  await bob.expectMessage('from the tunnel')
  for (const person of [ann, bob]) await person.expectMessages(['said meanwhile', 'from the tunnel'])
  await expect(ann.page.getByText(/^You are offline\.|^The connection is back\.$/)).toHaveCount(0)
  await expect(ann.page.getByText('One message waits to be sent.')).toHaveCount(0)
})

test('P1 P5 F2 a message in flight when the server dies is sent again, and no failure is shown', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  ownServer.freeze()
  await ann.send('sent to a frozen server')
  await expect(ann.log.getByText('Sending…')).toHaveCount(1)
  await ownServer.stop('SIGKILL')
  await expect(ann.connection).toHaveText(/^Reconnecting/)
  await expect(ann.waiting).toHaveCount(1)
  await expect(ann.log.locator('.problem')).toHaveCount(0)

  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.expectMessages(['sent to a frozen server'])
})

test('the name screen names a server that does not answer', async ({ visit, ownServer }) => {
  await ownServer.stop('SIGKILL')
  const { page } = await visit('Ann', { server: ownServer.url })
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ann')
  await page.getByRole('button', { name: 'Enter' }).click()
  await expect(page.getByRole('alert')).toHaveText(`The server at ${ownServer.url} does not answer.`)
  await ownServer.startAgain()
  await page.getByRole('button', { name: 'Enter' }).click()
  await expect(page.getByRole('status', { name: 'Connection' })).toHaveText(/^Connected/)
})

test('after a disconnect by the server the page says so, and reconnects on demand', async ({ visit }) => {
  const ann = await visit('Ann', { room: 'general' })
  let disconnectByServer: (() => void) | undefined
  await ann.page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      server.send(message)
      if (message !== '5') return
      disconnectByServer = () => socket.send('41')
    })
  })
  await ann.page.reload() // Socket.IO's client takes WebSocket when the page loads
  await ann.enter()
  await ann.expectInRoom('general')
  await expect.poll(() => disconnectByServer, 'Engine.IO’s upgrade to WebSocket').toBeDefined()
  disconnectByServer?.()
  await expect(ann.connection).toHaveText(/^Disconnected/)
  await ann.message.fill('while disconnected')
  await ann.message.press('Enter')
  await expect(ann.page.getByText('Not connected: reconnect first.')).toBeVisible()
  await ann.page.getByRole('button', { name: 'Reconnect' }).click()
  await ann.expectConnected()
  await ann.expectInRoom('general')
  await ann.send(`back ${Math.random()}`)
  await expect(ann.log.locator('.note')).toHaveCount(0)
})
