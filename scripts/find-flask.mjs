import { spawnSync } from 'node:child_process'

export const FLASK_PACKAGES = ['python3-flask-socketio', 'python3-eventlet']

/** The Python that has Flask-SocketIO and eventlet: the system's own first, since another may precede it on the PATH. */
export function findFlask() {
  const imports = ['-c', 'import flask_socketio, eventlet']
  return ['/usr/bin/python3', 'python3', 'python'].find((python) => spawnSync(python, imports).status === 0)
}
