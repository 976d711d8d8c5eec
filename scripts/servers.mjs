import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { record } from './compatibility.mjs'
import { findPython } from './find-python.mjs'
import { versionsIn } from './frameworks/install.mjs'
import { installFolder } from './installed.mjs'
import { runNightTests } from './night/run.mjs'
import { endOnSignal, root } from './processes.mjs'
import { ensurePython } from './system.mjs'
import { buildAndPack } from './tarballs.mjs'

// pnpm test:servers: installs each server of examples/servers with npm, and runs the suite of behaviours against it, with
// the client as it is published. The results are recorded for docs/compatibility.md.

const FOLDERS = { 'Node http': 'http', Express: 'express', Fastify: 'fastify', 'NestJS gateway': 'nest' }
const FASTAPI = ['fastapi', 'uvicorn', 'python-socketio', 'python-engineio']
const FLASK = ['flask', 'flask-socketio', 'python-socketio', 'python-engineio']
const PYTHON = {
  'python-socketio with FastAPI': FASTAPI,
  'Flask-SocketIO in threads': [...FLASK, 'werkzeug', 'simple-websocket'],
  'Flask-SocketIO with eventlet': [...FLASK, 'eventlet'],
  'Flask-SocketIO with gevent': [...FLASK, 'gevent', 'gevent-websocket'],
}

process.env.PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
endOnSignal(130)
const python = await ensurePython()
const tarballs = await buildAndPack('server-packages', ['contract', 'client', 'server'])
for (const folder of Object.values(FOLDERS))
  await installFolder(`examples/servers/${folder}`, `.cache/servers/${folder}`, tarballs)
cpSync(join(root, 'examples/servers/tutorial.mjs'), join(root, '.cache/servers/tutorial.mjs'))

process.env.ROOMFUL_INSTALLED = join(root, '.cache/servers/http')
const { exit, tests } = await runNightTests('packages/client/test/servers', '.cache/servers/report.json')

for (const [name, folder] of Object.entries(FOLDERS))
  recordServer(name, versionsIn(join(root, `.cache/servers/${folder}`)))
for (const [name, packages] of Object.entries(PYTHON)) recordServer(name, pythonVersions(packages))
process.exitCode = exit === 0 && python.failed.length + python.skipped.length === 0 ? 0 : 1

/**
 * @param {string} name
 * @param {Record<string, string>} versions
 */
function recordServer(name, versions) {
  const own = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === name)
  const failed = own.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.slice(name.length + 1))
  const isRun = own.some(({ status }) => status === 'passed') || failed.length > 0
  const result = !isRun ? 'not run' : failed.length > 0 ? 'failed' : 'passed'
  const note = isRun ? failed.join('; ') : 'No Python here has its modules.'
  record({ group: 'servers', name, versions, result, ...(note && { note }) })
}

/**
 * @param {readonly string[]} packages
 * @returns {Record<string, string>}
 */
function pythonVersions(packages) {
  const { command, env } = findPython() ?? {}
  if (command === undefined) return {}
  const script =
    'import json, platform, sys; from importlib.metadata import version; print(json.dumps({"Python": platform.python_version(), **{n: version(n) for n in sys.argv[1:]}}))'
  const { stdout } = spawnSync(command, ['-c', script, ...packages], { env: { ...process.env, ...env } })
  return JSON.parse(String(stdout))
}
