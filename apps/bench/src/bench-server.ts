import { fork } from 'node:child_process'
import { once } from 'node:events'

let url: Promise<string> | undefined

/** The address of the benchmarks' server, a process of its own, so that what this one spends is the client's. */
export function serverUrl(): Promise<string> {
  url ??= start()
  return url
}

async function start(): Promise<string> {
  const server = fork(new URL('server.ts', import.meta.url))
  const [port] = (await once(server, 'message')) as [number]
  // Neither the process nor its channel keeps the benchmarks running; the server ends with its channel.
  server.unref()
  server.channel?.unref()
  return `http://127.0.0.1:${port}`
}
