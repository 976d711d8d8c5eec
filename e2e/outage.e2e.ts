import { OUTAGE, expect, test } from './support/test.ts'

/** By the page's own clock. */
type Times = { times?: { offline: number; said: number } }

test.use({ expectedInConsole: OUTAGE })

for (const [signal, fault] of [
  ['SIGKILL', 'F4'],
  ['SIGTERM', 'F6'],
] as const)
  test(`P1 ${fault} the server restarts (${signal}): both come back, and what was said before and meanwhile is there once`, async ({
    meet,
    ownServer,
  }) => {
    const { ann, bob } = await meet(ownServer)
    await ann.say('before')
    await bob.hears('before')

    await ownServer.stop(signal)
    for (const { connection } of [ann, bob]) await expect(connection).toHaveText(/^Reconnecting/)
    await ann.say('written meanwhile')
    await expect(ann.waiting).toHaveCount(1)
    await expect(ann.page.getByText('One message waits to be sent.')).toBeVisible()
    await expect(ann.page.getByText('The connection is lost.')).toBeVisible()

    await ownServer.startAgain()
    await Promise.all([ann.isConnected(), bob.isConnected()])
    await bob.hears('written meanwhile')
    await bob.say('after')
    await ann.hears('after')
    await Promise.all([ann.sees('Bob'), bob.sees('Ann')])
    for (const person of [ann, bob]) await person.shows(['before', 'written meanwhile', 'after'])
    await ann.page.reload()
    await ann.shows(['before', 'written meanwhile', 'after'])
  })

test('P4 F7 the server loses its messages: the page says that the history began anew, and what waits goes out', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  await ann.say('before')
  await bob.hears('before')
  await ownServer.stop('SIGTERM')
  await ownServer.loseMessages()
  await ann.say('written meanwhile')
  await ownServer.startAgain()
  for (const { log } of [ann, bob]) {
    await expect(log.locator('.bubble')).toHaveText(['written meanwhile'])
    await expect(log).toContainText(/The room’s history began anew: what was here before is gone\..*written meanwhile/)
    await expect(log.locator('.note')).toHaveCount(0)
  }
})

test('the network goes away: the page says so within a second, keeps what is written, and comes back', async ({
  meet,
}) => {
  const { ann, bob } = await meet()
  await ann.page.evaluate(() => {
    const status = document.querySelector('[role=status]')
    const times = ((globalThis as Times).times = { offline: 0, said: 0 })
    addEventListener('offline', () => (times.offline = performance.now()))
    new MutationObserver(() => {
      if (status?.textContent?.startsWith('Offline')) times.said ||= performance.now()
    }).observe(document.body, { subtree: true, characterData: true, childList: true })
  })
  await ann.page.context().setOffline(true)
  await expect(ann.connection).toHaveText(/^Offline/)
  const times = await ann.page.evaluate(() => (globalThis as Times).times)
  expect(times?.said).toBeGreaterThan(0)
  expect(times?.offline).toBeGreaterThan(0)
  expect(Number(times?.said) - Number(times?.offline)).toBeLessThan(1000)
  await expect(ann.page.getByText('You are offline.')).toBeVisible()

  await ann.say('from the tunnel')
  await expect(ann.waiting).toHaveCount(1)
  await expect(ann.page.getByText('One message waits to be sent.')).toBeVisible()
  await bob.say('said meanwhile')
  await ann.page.context().setOffline(false)
  await expect(ann.page.getByText('The connection is back.')).toBeVisible()
  await ann.isConnected()
  await bob.hears('from the tunnel')
  for (const person of [ann, bob]) await person.shows(['said meanwhile', 'from the tunnel'])
  await expect(ann.page.getByText(/^You are offline\.|^The connection is back\.$/)).toHaveCount(0)
  await expect(ann.page.getByText('One message waits to be sent.')).toHaveCount(0)
})

test('P1 P5 F2 the server dies with a message on its way: it is sent again by itself, and nothing was said to have failed', async ({
  meet,
  ownServer,
}) => {
  const { ann, bob } = await meet(ownServer)
  ownServer.freeze()
  await ann.say('into the void')
  await expect(ann.log.getByText('Sending…')).toHaveCount(1)
  await ownServer.stop('SIGKILL')
  await expect(ann.connection).toHaveText(/^Reconnecting/)
  await expect(ann.waiting).toHaveCount(1)
  await expect(ann.log.locator('.problem')).toHaveCount(0)

  await ownServer.startAgain()
  for (const person of [ann, bob]) await person.shows(['into the void'])
})

test('a server that is not there is named, on the name screen', async ({ visit, ownServer }) => {
  await ownServer.stop('SIGKILL')
  const { page } = await visit('Ann', { server: ownServer.url })
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ann')
  await page.getByRole('button', { name: 'Enter' }).click()
  await expect(page.getByRole('alert')).toHaveText(`The server at ${ownServer.url} does not answer.`)
  await ownServer.startAgain()
  await page.getByRole('button', { name: 'Enter' }).click()
  await expect(page.getByRole('status', { name: 'Connection' })).toHaveText(/^Connected/)
})

test('put out by the server: the page says so, and comes back when asked to', async ({ visit }) => {
  const ann = await visit('Ann', { room: 'general' })
  let putOut: (() => void) | undefined
  await ann.page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      server.send(message)
      if (message !== '5') return
      putOut = () => socket.send('41')
    })
  })
  await ann.page.reload() // the page takes its WebSocket when it loads
  await ann.enter()
  await ann.isIn('general')
  await expect.poll(() => putOut, 'Engine.IO’s upgrade to WebSocket').toBeDefined()
  putOut?.()
  await expect(ann.connection).toHaveText(/^Disconnected/)
  await ann.message.fill('to nobody')
  await ann.message.press('Enter')
  await expect(ann.page.getByText('Not connected: reconnect first.')).toBeVisible()
  await ann.page.getByRole('button', { name: 'Reconnect' }).click()
  await ann.isConnected()
  await ann.isIn('general')
  await ann.say(`back ${Math.random()}`)
  await expect(ann.log.locator('.note')).toHaveCount(0)
})
