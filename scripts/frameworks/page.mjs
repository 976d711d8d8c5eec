import { setTimeout as delay } from 'node:timers/promises'
import { chromium } from 'playwright'
import { launchOptions } from '../find-chromium.mjs'
import { run, start } from '../processes.mjs'
import { versionsIn } from './install.mjs'

const BUILD_LIMIT_MS = 3 * 60_000
/** A development server compiles a page when it is opened. */
const LIMIT_MS = 60_000

/**
 * Builds the app and uses it in Chromium: from its built files and, where the fixture says so, from its development server.
 * @param {import('./install.mjs').Fixture} fixture
 * @param {string} folder
 * @returns {Promise<import('../frameworks.mjs').Row[]>}
 */
export async function runPage({ name, dev = false }, folder) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  const options = { cwd: folder, env, shell: process.platform === 'win32' }
  const exit = await run('npm', ['run', 'build'], { ...options, limitMs: BUILD_LIMIT_MS })
  if (exit !== 0) throw new Error(`npm run build ended with ${exit}`)
  const browser = await chromium.launch(launchOptions())
  try {
    for (const args of dev ? [[], ['--dev']] : [[]]) await withServer(args, options, (url) => visitPage(browser, url))
    return [{ name, versions: { ...versionsIn(folder), chromium: browser.version() } }]
  } finally {
    await browser.close()
  }
}

/**
 * @param {readonly string[]} args
 * @param {NonNullable<Parameters<typeof start>[2]>} options
 * @param {(url: string) => Promise<void>} visit
 */
async function withServer(args, options, visit) {
  /** @type {(url: string) => void} */
  let listens = () => {}
  /** @type {Promise<string>} */
  const listening = new Promise((resolve) => (listens = resolve))
  const onMessage = (/** @type {unknown} */ address) =>
    listens(`http://localhost:${/** @type {{ port: number }} */ (address).port}`)
  const server = start(process.execPath, ['server.mjs', ...args], { ...options, shell: false, onMessage })
  const late = delay(LIMIT_MS, 'did not listen in time', { ref: false })
  const url = await Promise.race([listening, server.ended, late])
  try {
    if (typeof url !== 'string' || !url.startsWith('http:')) throw new Error(`server.mjs: ${url}`)
    await visit(url)
  } finally {
    server.signal('SIGTERM')
    await server.ended
  }
}

/**
 * Sends a message and sees it, also after a reload. Fails at any warning or error in the console.
 * @param {import('playwright').Browser} browser
 * @param {string} url
 */
async function visitPage(browser, url) {
  await (await fetch(url)).text()
  const connections = await (await fetch(`${url}/connections`)).text()
  if (connections !== '0')
    throw new Error(`${connections} connections were opened while the page was rendered on the server`)
  const page = await browser.newPage()
  page.setDefaultTimeout(LIMIT_MS)
  /** @type {string[]} */
  const problems = []
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.goto(url)
  const status = page.getByRole('status')
  try {
    await status.getByText('connected, joined, ready, 0 live').waitFor()
    await page.getByText('Say hello').click()
    await page.getByText('Hello (confirmed)').waitFor()
    await status.getByText('connected, joined, ready, 1 live').waitFor()
    await page.reload()
    await page.getByText('Hello (confirmed)').waitFor()
    await status.getByText('connected, joined, ready, 0 live').waitFor()
  } catch (error) {
    problems.push(String(error), `the page says: ${await page.locator('body').innerText()}`)
  }
  await page.close()
  if (problems.length > 0) throw new Error(problems.join('\n'))
}
