import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Entry } from '@roomful/contract/protocol'
import type { Moment, ProcessSettings, Question } from './server-process-contract.ts'

export { processChat } from './server-process-contract.ts'
export type { ProcessSettings } from './server-process-contract.ts'

const START_LIMIT_MS = 30_000
const main = fileURLToPath(new URL('server-process-main.ts', import.meta.url))
/** Where tsx is installed, which runs the sources as they are. */
const cwd = fileURLToPath(new URL('../../../../apps/server', import.meta.url))

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Whatever it printed; nothing, when all is well. */
  readonly output: string
}

/** Our server, really a process: it can be killed, frozen, and started again with the same port and log. */
export interface ServerProcess {
  readonly port: number
  readonly url: string
  /** The end of the process that runs now. */
  readonly exited: Promise<Exit>
  /** SIGTERM lets it finish what is under way; resolves when it is gone, also where it was already. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit>
  /** Starts it again after its end. */
  restart(changes?: Partial<ProcessSettings>): Promise<void>
  /** SIGSTOP: its sockets stay open and nothing is answered. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  /** It will SIGKILL itself around the `nth` batch that it writes from now on; 1 unless given. */
  crash(moment: Moment, nth?: number): Promise<void>
  /** All that the room's log holds. */
  logOf(room: string): Promise<readonly Entry[]>
  /** How many clients are connected to it. */
  clients(): Promise<number>
}

/** Starts the server; it is up when this resolves. End it with the test: `onTestFinished(() => server.kill('SIGKILL'))`. */
export async function startServerProcess(given: ProcessSettings): Promise<ServerProcess> {
  let settings = given
  let running = await launch(settings)
  const { port } = running
  let questions = 0

  async function ask(question: Question): Promise<unknown> {
    const { child, exited } = running
    const id = ++questions
    const answered = new Promise((resolve) => {
      const onMessage = (message: { id?: number; answer?: unknown }): void => {
        if (message.id !== id) return
        child.off('message', onMessage)
        resolve(message.answer)
      }
      child.on('message', onMessage)
    })
    child.send({ id, question }, () => {}) // a process that is gone settles `exited`
    const gone = exited.then(({ output }) => {
      throw new Error(`the server ended before it answered; it printed: ${output}`)
    })
    return await Promise.race([answered, gone])
  }

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get exited() {
      return running.exited
    },
    kill(signal) {
      running.child.kill(signal)
      return running.exited
    },
    async restart(changes) {
      await running.exited
      settings = { ...settings, ...changes, port }
      running = await launch(settings)
    },
    freeze: () => void running.child.kill('SIGSTOP'),
    thaw: () => void running.child.kill('SIGCONT'),
    crash: async (moment, nth = 1) => void (await ask({ ask: 'crash', moment, nth })),
    logOf: async (room) => (await ask({ ask: 'log', room })) as Entry[],
    clients: async () => (await ask({ ask: 'clients' })) as number,
  }
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
  readonly exited: Promise<Exit>
}

async function launch(settings: ProcessSettings): Promise<Running> {
  const execArgv = ['--import', 'tsx', '--conditions=@roomful/source']
  const child = fork(main, [JSON.stringify(settings)], { cwd, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  // A run that is broken off must not leave it behind, frozen or not.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const exited = endOf(child).finally(() => process.off('exit', killNow))

  const limit = setTimeout(killNow, START_LIMIT_MS)
  const listening = once(child, 'message').then(([message]) => (message as { port: number }).port)
  const failed = exited.then(({ output }) => {
    throw new Error(`the server ended, or was not up within ${START_LIMIT_MS} ms; it printed: ${output}`)
  })
  const port = await Promise.race([listening, failed]).finally(() => clearTimeout(limit))
  return { child, port, exited }
}

async function endOf(child: ChildProcess): Promise<Exit> {
  let output = ''
  const read = (text: Buffer): void => void (output = (output + String(text)).slice(-4_000))
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  // `close` rather than `exit`: by then all that it printed has been read.
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, output }
}
