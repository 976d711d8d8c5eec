import { spawnSync } from 'node:child_process'

export const FLASK_PACKAGES = ['python3-flask-socketio', 'python3-eventlet']

/** The first Python with Flask-SocketIO and eventlet. The system's Python is tried first, since another may stand before it in PATH. */
export function findFlask() {
  const imports = ['-c', 'import flask_socketio, eventlet']
  return ['/usr/bin/python3', 'python3', 'python'].find((python) => spawnSync(python, imports).status === 0)
}
