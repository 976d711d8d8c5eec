import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe } from 'vitest'
import { findPython, SERVER_MODULES } from '../../../../scripts/find-python.mjs'
import { type ProcessServer, startProcess } from '../support/start-process.ts'
import { roomfulClient } from './package-under-test.ts'
import { serverSuite } from './server-suite.ts'

const examples = fileURLToPath(new URL('../../../../examples/servers/', import.meta.url))
const python = findPython()

describe.skipIf(!python && `no python3 has the modules ${SERVER_MODULES.join(', ')}`).each([
  ['python-socketio with FastAPI', 'fastapi/server.py', ''],
  ['Flask-SocketIO in threads', 'flask-socketio/server.py', 'threading'],
  ['Flask-SocketIO with eventlet', 'flask-socketio/server.py', 'eventlet'],
  ['Flask-SocketIO with gevent', 'flask-socketio/server.py', 'gevent'],
])('%s', (name, script, mode) => {
  let server: ProcessServer
  beforeAll(async () => {
    const { command = '', env } = python ?? {}
    const settings = { ...env, ASYNC_MODE: mode, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' }
    // SIGTERM would let uvicorn wait for the clients to leave.
    server = await startProcess({ command, args: [`${examples}${script}`], env: settings, name, signal: 'SIGKILL' })
  })
  afterAll(() => server.stop())

  serverSuite({ client: () => roomfulClient, server: () => server })
})
