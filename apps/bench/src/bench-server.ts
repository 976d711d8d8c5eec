import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Question, ServerSettings } from './serve.ts'

const SCRIPTS = {
  plain: new URL('./plain-server.ts', import.meta.url),
  rooms: new URL('./rooms-server.ts', import.meta.url),
}

/** A server in a process of its own, so that what this one spends is the client's. It ends with this one. */
export interface BenchServer {
  readonly port: number
  readonly url: string
  ask(question: Question): Promise<number>
}

export async function startServer(kind: keyof typeof SCRIPTS, settings: ServerSettings = {}): Promise<BenchServer> {
  const child = fork(SCRIPTS[kind], [JSON.stringify(settings)])
  child.once('exit', (code) => {
    throw new Error(`the ${kind} server ended (${code}): its last words are above`)
  })
  const next = async (): Promise<number> => ((await once(child, 'message')) as [number])[0]
  const port = await next()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    ask(question) {
      child.send(question)
      return next()
    },
  }
}
