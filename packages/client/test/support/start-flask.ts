import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { FLASK_PACKAGES, findFlask } from '../../../../scripts/find-flask.mjs'

const START_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 5_000

const scriptAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const tutorialScript: string = scriptAt('../../../../examples/flask/server.py')
export const roomfulScript: string = scriptAt('../../../../examples/flask/roomful_server.py')
export const acksScript: string = scriptAt('flask_acks.py')
/** `roomfulScript` with a thread for each handler, over polling only. */
export const threadsScript: string = scriptAt('flask_threads.py')

/** Counts what arrives, in threads or, where told so, by eventlet. */
export const burstsScript: string = scriptAt('flask_bursts.py')

/** A Flask-SocketIO server in a process of its own. */
export interface FlaskServer {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
  /** Stops it, if it runs, and starts it again on the same port. */
  restart(): Promise<void>
}

let found: string | undefined
/** Searched at the first use, so that an import of this file starts no Python. */
const python = (): string | undefined => (found ??= findFlask())

/** The reason why Flask cannot run here, or undefined: `describe.skipIf(flaskMissing())`. */
export function flaskMissing(): string | undefined {
  return python() ? undefined : `no python3 with flask_socketio and eventlet (Debian: ${FLASK_PACKAGES.join(', ')})`
}

/** Starts a script on a free port, with these environment variables, and resolves when the server answers. */
export async function startFlask(script: string, variables: NodeJS.ProcessEnv = {}): Promise<FlaskServer> {
  let running = await launch(script, 0, variables)
  const { port, url } = running
  const stop = (): Promise<void> => kill(running.child)
  const restart = async (): Promise<void> => {
    await stop()
    running = await launch(script, port, variables)
  }
  return { port, url, stop, restart }
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
  readonly url: string
}

async function launch(script: string, port: number, variables: NodeJS.ProcessEnv): Promise<Running> {
  const command = python()
  if (!command) throw new Error(flaskMissing())
  const env = { ...process.env, ...variables, PORT: String(port), PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' }
  const child = spawn(command, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  // An interrupted run must not leave the server behind.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.once('exit', () => process.off('exit', killNow))
  try {
    const url = await addressOf(child)
    const answer = await fetch(url, { signal: AbortSignal.timeout(START_LIMIT_MS) })
    if (!answer.ok) throw new Error(`${script} answered ${answer.status}`)
    return { child, port: Number(new URL(url).port), url }
  } catch (error) {
    await kill(child)
    throw error
  }
}

/** The address in the line that eventlet, or Werkzeug, prints when it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  let output = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const listening = new Promise<string>((resolve, reject) => {
    const failed = (why: string): void => reject(new Error(`Flask ${why}. Its output ended with:\n${output}`))
    timer = setTimeout(() => failed(`did not listen within ${START_LIMIT_MS} ms`), START_LIMIT_MS)
    const read = (chunk: Buffer): void => {
      output = (output + String(chunk)).slice(-4_000)
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)
      if (address) resolve(address[0])
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', (error) => failed(`did not start: ${error.message}`))
    // `close` rather than `exit`: by then all of the output has been read.
    child.once('close', (code, signal) => failed(`ended (${signal ?? code})`))
  })
  return listening.finally(() => clearTimeout(timer))
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
  clearTimeout(timer)
}
