import { fork } from 'node:child_process'
import { once } from 'node:events'
import { profileFolder } from './options.ts'
import type { ServerRequest, ServerSettings } from './serve.ts'

const SCRIPTS = {
  plain: new URL('./plain-server.ts', import.meta.url),
  rooms: new URL('./rooms-server.ts', import.meta.url),
}

/** A server in its own process, so that its CPU time is separate from the client's. It ends with the benchmark's process. */
export interface BenchServer {
  readonly port: number
  readonly pid: number
  readonly url: string
  request(request: ServerRequest): Promise<number>
  /** Ends the process at once. */
  kill(): Promise<void>
}

export type ServerKind = keyof typeof SCRIPTS

export async function startServer(kind: ServerKind, settings: ServerSettings = {}): Promise<BenchServer> {
  const execArgv = [
    ...process.execArgv,
    ...(settings.isMemoryMeasured === true ? ['--expose-gc'] : []),
    ...(profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]),
  ]
  const child = fork(SCRIPTS[kind], [JSON.stringify(settings)], { execArgv })
  let isKilled = false
  child.once('exit', (code) => {
    if (!isKilled) throw new Error(`the ${kind} server ended with code ${code}; its output is above`)
  })
  const next = async (): Promise<number> => ((await once(child, 'message')) as [number])[0]
  const port = await next()
  return {
    port,
    pid: child.pid ?? process.pid,
    url: `http://127.0.0.1:${port}`,
    request(request) {
      child.send(request)
      return next()
    },
    async kill() {
      isKilled = true
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
