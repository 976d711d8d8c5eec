import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './processes.mjs'

export const FLASK_MODULES = ['flask_socketio', 'eventlet']
/** What the servers of examples/servers import, and what these need for WebSocket. */
export const SERVER_MODULES = [
  ...FLASK_MODULES,
  'fastapi',
  'gevent',
  'geventwebsocket',
  'simple_websocket',
  'uvicorn',
  'websockets',
]
/** Where `npm test` unpacks Python packages that the system does not have. */
export const pythonPackages = join(root, '.cache/python')
const unpacked = join(pythonPackages, 'usr/lib/python3/dist-packages')

/** @typedef {{ command: string, env: Record<string, string> }} Python `env` is added to the environment of the process. */

/**
 * The first Python with Flask-SocketIO and eventlet. The system's Python is tried first, since another may stand before it in PATH.
 * @returns {Python | undefined}
 */
export const findFlask = () => find(FLASK_MODULES, {})

/**
 * The first Python with the modules of all servers; the packages of `npm test` stand before the system's.
 * @returns {Python | undefined}
 */
export const findPython = () => find(SERVER_MODULES, { PYTHONPATH: unpacked })

/**
 * @param {readonly string[]} modules
 * @param {Record<string, string>} env
 */
function find(modules, env) {
  const lacksOne = 'import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))'
  const options = { env: { ...process.env, ...env } }
  const command = ['/usr/bin/python3', 'python3', 'python'].find(
    (name) => spawnSync(name, ['-c', lacksOne, ...modules], options).status === 0,
  )
  return command === undefined ? undefined : { command, env }
}
