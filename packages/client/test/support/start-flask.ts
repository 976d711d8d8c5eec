import { fileURLToPath } from 'node:url'
import { findFlask } from '../../../../scripts/find-python.mjs'
import { type ProcessServer, startProcess } from './start-process.ts'

const scriptAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const tutorialScript: string = scriptAt('../../../../examples/flask/server.py')
export const roomfulScript: string = scriptAt('../../../../examples/flask/roomful_server.py')
export const acksScript: string = scriptAt('flask_acks.py')
/** `roomfulScript` with a thread for each handler, over polling only. */
export const threadsScript: string = scriptAt('flask_threads.py')

/** Counts what arrives, in threads or, where told so, by eventlet. */
export const burstsScript: string = scriptAt('flask_bursts.py')

let found: ReturnType<typeof findFlask>
/** Searched at the first use, so that an import of this file starts no Python. */
const python = (): ReturnType<typeof findFlask> => (found ??= findFlask())

/** The reason why Flask cannot run here, or undefined: `describe.skipIf(flaskMissing())`. */
export function flaskMissing(): string | undefined {
  return python() ? undefined : 'no python3 with flask_socketio and eventlet'
}

/** Starts a script on a free port, with environment variables, and resolves when the server answers. */
export async function startFlask(script: string, variables: NodeJS.ProcessEnv = {}): Promise<ProcessServer> {
  const interpreter = python()
  if (!interpreter) throw new Error(flaskMissing())
  const env = { ...interpreter.env, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', ...variables }
  return startProcess({ command: interpreter.command, args: [script], env, name: 'Flask' })
}
