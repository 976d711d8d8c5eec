import { OUTAGE, expect, test } from './support/test.ts'

/** By the page's own clock. */
type Times = { times?: { offline: number; said: number } }

test.use({ expectedInConsole: OUTAGE })

for (const signal of ['SIGKILL', 'SIGTERM'] as const)
  test(`the server restarts (${signal}): both come back to their room by themselves`, async ({ enter, ownServer }) => {
    const at = { server: ownServer.url, room: 'general' }
    const [ann, bob] = [await enter('Ann', at), await enter('Bob', at)]
    await Promise.all([ann.sees('Bob'), bob.sees('Ann')])
    await ann.say('before')
    await bob.hears('before')

    await ownServer.stop(signal)
    for (const { connection } of [ann, bob]) await expect(connection).toHaveText(/^Reconnecting/)
    await ann.say('written meanwhile')
    await expect(ann.log.getByText('Sending…')).toBeVisible()

    await ownServer.startAgain()
    await Promise.all([ann.isConnected(), bob.isConnected()])
    await bob.hears('written meanwhile')
    await bob.say('after')
    await ann.hears('after')
    await Promise.all([ann.sees('Bob'), bob.sees('Ann')])
    // The server's log is in memory: that it began anew is said, in its place.
    for (const { log } of [ann, bob]) {
      await expect(log.locator('.bubble')).toHaveText(['before', 'written meanwhile', 'after'])
      await expect(log).toContainText(
        /before.*The server began anew: messages may be missing here\..*written meanwhile/,
      )
    }
  })

test('the network goes away: the page says so within a second, keeps what is written, and comes back', async ({
  enter,
}) => {
  const ann = await enter('Ann')
  const room = await ann.createRoom()
  const bob = await enter('Bob', { room })
  await bob.isIn(room)
  await ann.sees('Bob')
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
  await expect(ann.log.getByText('Sending…')).toBeVisible()
  await bob.say('said meanwhile')
  await ann.page.context().setOffline(false)
  await ann.isConnected()
  await bob.hears('from the tunnel')
  for (const { log } of [ann, bob])
    await expect(log.locator('.bubble')).toHaveText(['said meanwhile', 'from the tunnel'])
  await expect(ann.page.getByText('You are offline.')).toHaveCount(0)
  await expect(ann.log.getByText('Sending…')).toHaveCount(0)
})

test('a message whose answer was lost says so, and can be sent again', async ({ enter, ownServer }) => {
  const at = { server: ownServer.url, room: 'general' }
  const [ann, bob] = [await enter('Ann', at), await enter('Bob', at)]
  await ann.sees('Bob')
  ownServer.freeze()
  await ann.say('into the void')
  await ownServer.stop('SIGKILL')
  await expect(ann.log.getByText('The connection broke: this may not have arrived.')).toBeVisible()

  await ownServer.startAgain()
  await Promise.all([ann.isConnected(), bob.isConnected()])
  await bob.sees('Ann')
  await ann.log.getByRole('button', { name: 'Retry' }).click()
  await bob.hears('into the void')
  await expect(ann.log.getByText('may not have arrived')).toHaveCount(0)
  await expect(ann.log.locator('.bubble')).toHaveText(['into the void'])
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
  await ann.page.getByRole('button', { name: 'Reconnect' }).click()
  await ann.isConnected()
  await ann.isIn('general')
  await ann.say(`back ${Math.random()}`)
  await expect(ann.log.getByText('Sending…')).toHaveCount(0)
  await expect(ann.log.locator('.problem')).toHaveCount(0)
})
