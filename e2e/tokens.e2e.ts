import type { Page, Request } from '@playwright/test'
import { OwnServer } from './support/own-server.ts'
import { OUTAGE, expect, test } from './support/test.ts'

/** The life of a token: the page renews it at half of that. */
const LIFE_SECONDS = 12
/** How long the two talk. `TOKENS_MS=120000` for the nightly run of two minutes. */
const TALK_MS = Number(process.env['TOKENS_MS'] ?? 20_000)

// Requests that fail during the outage and the restart, that were in flight when the server closed the connection, or refused.
const closedByServer = 'status of 40[01]|WebSocket is closed before the connection is established'
test.use({ expectedInConsole: new RegExp(`${OUTAGE.source}|${closedByServer}`) })

test('S22 P10 with tokens of 12 s, through an outage, a sleep, another clock and a restart of the server, the user stays signed in', async ({
  meet,
}) => {
  test.setTimeout(TALK_MS + 120_000)
  const server = await OwnServer.start({ SESSION_SECONDS: String(LIFE_SECONDS) })
  try {
    const { ann, bob } = await meet(server)
    const renewals = { ann: watchRenewals(ann.page), bob: watchRenewals(bob.page) }
    const said: string[] = []
    const faults = [
      () => outage(ann.page, 2_000),
      () => sleep(ann.page, 4_000),
      () => setClock(ann.page, 3_600_000),
      async () => {
        await server.stop('SIGTERM')
        await server.startAgain()
      },
      () => setClock(ann.page, -3_600_000),
    ]
    const endAt = Date.now() + TALK_MS
    for (let round = 0; Date.now() < endAt || round < faults.length; round += 1) {
      const text = `message ${round}`
      said.push(text)
      await ann.send(text)
      await faults[round % faults.length]?.()
      await Promise.all([ann.expectConnected(), bob.expectConnected()])
      await bob.expectMessage(text)
      await new Promise((resolve) => setTimeout(resolve, TALK_MS / 14))
    }

    for (const person of [ann, bob]) await person.expectMessages(said)
    for (const { count, mostAtOnce } of Object.values(renewals)) {
      expect(count()).toBeGreaterThanOrEqual(Math.floor(TALK_MS / 1_000 / LIFE_SECONDS))
      expect(count()).toBeLessThanOrEqual(Math.ceil(TALK_MS / 1_000) / 2)
      expect(mostAtOnce()).toBe(1)
    }
  } finally {
    await server.close()
  }
})

/** Counts the requests for a new token, and how many ran at once. */
function watchRenewals(page: Page) {
  const running = new Set<Request>()
  let count = 0
  let mostAtOnce = 0
  page.on('request', (request) => {
    if (!request.url().endsWith('/session') || request.method() !== 'POST') return
    count += 1
    running.add(request)
    mostAtOnce = Math.max(mostAtOnce, running.size)
  })
  const end = (request: Request): void => void running.delete(request)
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  return { count: () => count, mostAtOnce: () => mostAtOnce }
}

async function outage(page: Page, ms: number): Promise<void> {
  await page.context().setOffline(true)
  await new Promise((resolve) => setTimeout(resolve, ms))
  await page.context().setOffline(false)
}

/** Stops the page's timers and packets for a while, as the sleep of a device does. */
async function sleep(page: Page, ms: number): Promise<void> {
  await page.evaluate((until) => {
    const end = performance.now() + until
    while (performance.now() < end);
  }, ms)
}

/** Sets the clock of the page forward or back. */
async function setClock(page: Page, ms: number): Promise<void> {
  await page.evaluate((offset) => {
    const now = Date.now.bind(Date)
    Date.now = () => now() + offset
  }, ms)
}
