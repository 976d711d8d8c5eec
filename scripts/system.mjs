import { spawnSync } from 'node:child_process'
import { findChromium } from './find-chromium.mjs'
import { FLASK_PACKAGES, findFlask } from './find-flask.mjs'
import { run } from './processes.mjs'
import { stepOutcome } from './results.mjs'

// The system packages that the tests need. As root on Debian they are installed; elsewhere a message names them.

const INSTALL_LIMIT_MS = 10 * 60_000
const isDebianRoot = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0

/** Makes sure that there is a Chromium: without it the browser tests fail. */
export async function ensureChromium() {
  if (findChromium()) return stepOutcome('chromium', 0)
  console.log('Chromium not found: installing it')
  const playwright = ['node_modules/playwright/cli.js', 'install', 'chromium']
  const installed = (await run(process.execPath, playwright, { limitMs: INSTALL_LIMIT_MS })) === 0
  if (!installed && isDebianRoot) await aptInstall('chromium')
  if (findChromium()) return stepOutcome('chromium', 0)
  console.error('The browser tests need Chromium or Chrome: install one, or set CHROMIUM_PATH.')
  return stepOutcome('chromium', 1)
}

/** Makes sure that there is a Flask-SocketIO: without it the tests against Flask are skipped. */
export async function ensureFlask() {
  if (!findFlask() && isDebianRoot) {
    console.log('Flask-SocketIO not found: installing it')
    await aptInstall(...FLASK_PACKAGES)
  }
  if (findFlask()) return stepOutcome('flask', 0)
  console.log(`The tests against Flask are skipped. They need: pip install flask-socketio eventlet`)
  return { passed: 0, failed: [], skipped: ['flask: no python3 with flask_socketio and eventlet'] }
}

/** @param {readonly string[]} packages */
async function aptInstall(...packages) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, limitMs: INSTALL_LIMIT_MS }
  await run('apt-get', ['update', '-qq'], options)
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
}
