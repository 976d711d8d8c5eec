import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const START_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 5_000

/** A server in a process of its own. */
export interface ProcessServer {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
  /** Stops it, if it runs, and starts it again on the same port. */
  restart(): Promise<void>
}

/** A command that starts a server on the port PORT, any free one for 0, and prints `http://127.0.0.1:port` when it listens. */
export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The name in errors. */
  readonly name: string
  /** Ends the server when it is stopped. @default 'SIGTERM' */
  readonly signal?: 'SIGTERM' | 'SIGKILL'
}

/** Starts a server on a free port, and resolves when it answers. */
export async function startProcess(server: ServerCommand): Promise<ProcessServer> {
  let running = await launch(server, 0)
  const { port, url } = running
  const stop = (): Promise<void> => kill(running.child, server.signal)
  const restart = async (): Promise<void> => {
    await stop()
    running = await launch(server, port)
  }
  return { port, url, stop, restart }
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
  readonly url: string
}

async function launch({ command, args, name, signal, ...rest }: ServerCommand, port: number): Promise<Running> {
  const env = { ...process.env, ...rest.env, PORT: String(port) }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  // An interrupted run must not leave the server behind.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.once('exit', () => process.off('exit', killNow))
  try {
    const url = await addressOf(child, name)
    const answer = await fetch(url, { signal: AbortSignal.timeout(START_LIMIT_MS) })
    if (!answer.ok) throw new Error(`${name} answered ${answer.status}`)
    return { child, port: Number(new URL(url).port), url }
  } catch (error) {
    await kill(child, signal)
    throw error
  }
}

/** The address in the line that the server prints when it listens. */
function addressOf(child: ChildProcess, name: string): Promise<string> {
  let output = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const listening = new Promise<string>((resolve, reject) => {
    const failed = (why: string): void => reject(new Error(`${name} ${why}. Its output ended with:\n${output}`))
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

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
  clearTimeout(timer)
}
