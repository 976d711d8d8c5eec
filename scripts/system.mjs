import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './find-chromium.mjs'
import { findFlask, findPython, pythonPackages, SERVER_MODULES } from './find-python.mjs'
import { root, run } from './processes.mjs'
import { missingOutcome, stepOutcome } from './results.mjs'

// The system packages that the tests need. As root on Debian they are installed; elsewhere a message names them.

const INSTALL_LIMIT_MS = 10 * 60_000
const DEBIAN_PACKAGES = [
  'python3-flask-socketio',
  'python3-eventlet',
  'python3-fastapi',
  'python3-gevent',
  'python3-gevent-websocket',
  'python3-uvicorn',
  'python3-websockets',
]
const DEBIAN_13_PACKAGES = [
  'python3-engineio',
  'python3-flask-socketio',
  'python3-simple-websocket',
  'python3-socketio',
]
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

/** Makes sure that there is a Python with the modules of all servers. Without it the tests against them are skipped; on CI the step fails. */
export async function ensurePython() {
  if (!hasPython() && isDebianRoot) {
    console.log('Python modules are missing: installing them')
    await aptInstall(...DEBIAN_PACKAGES)
    if (!hasPython()) await unpackDebian13()
  }
  if (hasPython()) return stepOutcome('python', 0)
  const sentence = `python: no python3 has the modules ${SERVER_MODULES.join(', ')}`
  console.error(`${sentence}. To install them: pip install -r examples/servers/requirements.txt`)
  return missingOutcome(sentence, { ci: Boolean(process.env.CI) })
}

/** Makes sure that there is a `redis-server`, which the tests of the log in Redis start. */
export async function ensureRedis() {
  if (!hasRedis() && isDebianRoot) {
    console.log('redis-server not found: installing it')
    await aptInstall('redis-server')
  }
  if (hasRedis()) return stepOutcome('redis', 0)
  const sentence = 'redis: there is no redis-server'
  console.error(`${sentence}. To install it: apt-get install redis-server, or brew install redis`)
  return missingOutcome(sentence, { ci: Boolean(process.env.CI) })
}

const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0
const hasPython = () => findFlask() !== undefined && findPython() !== undefined

/**
 * Unpacks packages of Debian 13 into the cache: Debian 12 has no simple-websocket, without which Flask in threads has no
 * WebSocket, and an older Socket.IO. All of them are Python only, so that any Python 3 runs them.
 */
async function unpackDebian13() {
  const [lists, archives] = [join(root, '.cache/apt/lists'), join(root, '.cache/apt/archives')]
  for (const folder of [lists, archives]) mkdirSync(join(folder, 'partial'), { recursive: true })
  const targets = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', 'Origin: Debian', 'Label: Debian']
  const [address] = spawnSync('apt-get', targets, { encoding: 'utf8' }).stdout.split('\n')
  const sources = join(root, '.cache/apt/debian-13.list')
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg'
  writeFileSync(sources, `deb [signed-by=${key}] ${address} trixie main\n`)
  const settings = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=-',
    `Dir::State::Lists=${lists}`,
    `Dir::Cache::Archives=${archives}`,
    'Dir::Cache::PkgCache=',
    'Dir::Cache::SrcPkgCache=',
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting])
  const options = { cwd: '.cache/apt/archives', limitMs: INSTALL_LIMIT_MS }
  await run('apt-get', [...settings, 'update', '-qq'], options)
  await run('apt-get', [...settings, 'download', '-qq', ...DEBIAN_13_PACKAGES], options)
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb')))
    await run('dpkg', ['-x', file, pythonPackages], options)
}

/** @param {readonly string[]} packages */
async function aptInstall(...packages) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, limitMs: INSTALL_LIMIT_MS }
  await run('apt-get', ['update', '-qq'], options)
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
}
