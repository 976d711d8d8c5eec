import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ServerState, SmallServerSettings } from './small-server-main.ts'

const main = fileURLToPath(new URL('small-server-main.ts', import.meta.url))
/** The folder in which tsx is installed, which runs TypeScript sources. */
const cwd = fileURLToPath(new URL('../../../../apps/server', import.meta.url))

/** A server in a process of its own with 512 MB of memory for its objects. */
export interface SmallServer {
  readonly url: string
  /**
   * Its memory, its stalls and its counters since the last call. It collects garbage first, unless `collect` is false. Rejects
   * with its output if the process has ended.
   */
  state(options?: { readonly collect: boolean }): Promise<ServerState>
  kill(): void
}

/** Starts the server. The caller kills it at the end. */
export async function startSmallServer(settings: SmallServerSettings = {}): Promise<SmallServer> {
  const execArgv = ['--import', 'tsx', '--conditions=@roomful/source', '--max-old-space-size=512', '--expose-gc']
  const child = fork(main, [JSON.stringify(settings)], { cwd, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  // An interrupted test run must not leave the process behind.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  let output = ''
  const read = (text: Buffer): void => void (output = (output + String(text)).slice(-4_000))
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`the server ended (${String(signal ?? code)}); its output: ${output}`)
  })
  ended.catch(() => {}) // seen by the next question
  const answer = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0]
  const { port } = (await answer()) as { port: number }
  return {
    kill,
    url: `http://127.0.0.1:${port}`,
    state: async (options = { collect: true }) => {
      const answered = answer()
      child.send(options, () => {}) // `ended` tells the end of the process
      return (await answered) as ServerState
    },
  }
}
