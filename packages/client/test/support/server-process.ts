import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Entry } from '@roomful/contract/protocol'
import type { Moment, ProcessSettings, Question } from './server-process-contract.ts'

export { processChat } from './server-process-contract.ts'
export type { ProcessSettings, RedisSettings } from './server-process-contract.ts'

const START_LIMIT_MS = 120_000
const main = fileURLToPath(new URL('server-process-main.ts', import.meta.url))
/** The folder in which tsx is installed, which runs TypeScript sources. */
const cwd = fileURLToPath(new URL('../../../../apps/server', import.meta.url))

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of its output; empty where nothing went wrong. */
  readonly output: string
}

/** A server with `@roomful/server` in a process of its own, which can be killed, frozen, and restarted with the same port and log. */
export interface ServerProcess {
  readonly port: number
  readonly url: string
  /** Resolves at the end of the current process. */
  readonly exited: Promise<Exit>
  /** SIGTERM lets it finish its work. Resolves when the process has ended, or had ended already. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit>
  /** Starts it again after the current process has ended. */
  restart(changes?: Partial<ProcessSettings>): Promise<void>
  /** SIGSTOP: its sockets stay open, and nothing is answered. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  /** Lets it kill itself before or after the commit of the `nth` batch from now. @default 1 */
  crash(moment: Moment, nth?: number): Promise<void>
  /** The whole log of the room. */
  logOf(room: string): Promise<readonly Entry[]>
  /** The ids of the users in a room, by all nodes. */
  membersOf(room: string): Promise<readonly string[]>
  /** Puts a user out of a room; with a ban, where `banMs` is not 0. */
  remove(room: string, user: string, banMs: number): Promise<void>
  /** Ends the connections of a user with `$bye` and this code. */
  disconnect(user: string, code: string): Promise<void>
  /** From now on it loses no broadcast. Where it has lost some, it ends all connections. */
  loseNothing(): Promise<void>
  /** When each of its connections was opened, in milliseconds of its own clock. */
  connects(): Promise<readonly number[]>
  /** How many clients are connected to it. */
  clients(): Promise<number>
}

/** Starts the server; resolves when it listens. The caller ends it: `onTestFinished(() => server.kill('SIGKILL'))`. */
export async function startServerProcess(given: ProcessSettings): Promise<ServerProcess> {
  let settings = given
  let running = await launch(settings)
  const { port } = running
  let questions = 0

  async function ask(question: Question): Promise<unknown> {
    const { child, exited } = running
    const id = ++questions
    const answered = new Promise((resolve, reject) => {
      const receive = (message: { id?: number; answer?: unknown; error?: string }): void => {
        if (message.id !== id) return
        child.off('message', receive)
        if (message.error === undefined) resolve(message.answer)
        else reject(new Error(message.error))
      }
      child.on('message', receive)
    })
    child.send({ id, question }, () => {}) // `exited` tells the end of the process
    const gone = exited.then(({ output }) => {
      throw new Error(`the server ended before it answered; its output: ${output}`)
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
    membersOf: async (room) => (await ask({ ask: 'members', room })) as string[],
    remove: async (room, user, banMs) => void (await ask({ ask: 'remove', room, user, banMs })),
    disconnect: async (user, code) => void (await ask({ ask: 'disconnect', user, code })),
    loseNothing: async () => void (await ask({ ask: 'loseNothing' })),
    connects: async () => (await ask({ ask: 'connects' })) as number[],
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
  // An interrupted test run must not leave the process behind.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const exited = endOf(child).finally(() => process.off('exit', killNow))

  const limit = setTimeout(killNow, START_LIMIT_MS)
  const listening = once(child, 'message').then(([message]) => (message as { port: number }).port)
  const failed = exited.then(({ output }) => {
    throw new Error(`the server ended, or did not listen within ${START_LIMIT_MS} ms; its output: ${output}`)
  })
  const port = await Promise.race([listening, failed]).finally(() => clearTimeout(limit))
  return { child, port, exited }
}

async function endOf(child: ChildProcess): Promise<Exit> {
  let output = ''
  const read = (text: Buffer): void => void (output = (output + String(text)).slice(-4_000))
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  // `close` comes after `exit`, when all output was read.
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, output }
}
