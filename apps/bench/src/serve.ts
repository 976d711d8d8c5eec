import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type ServerOptions } from 'socket.io'

/** What a server is to be; it crosses as JSON. */
export interface ServerSettings {
  /** So many messages were said in "general" before; where it is given, a plain server recovers connections. */
  readonly history?: number
  /** The log of rooms is this SQLite file; in memory unless given. */
  readonly file?: string
}

/** What a server can be asked, beside its sockets: its CPU time in ms, how many are connected, to say something. */
export type Question = 'cpu' | 'clients' | { readonly say: number; readonly room?: string }

export function settings(): ServerSettings {
  return JSON.parse(process.argv[2] ?? '{}') as ServerSettings
}

export function createIo(options: Partial<ServerOptions> = {}): Server {
  return new Server(createServer(), options)
}

/** Listens, tells the benchmarks where, and answers them until they end. */
export function serve(io: Server, say: (text: string, room?: string) => unknown): void {
  process.once('disconnect', () => process.exit(0))
  process.on('message', (question: Question) => void answer(question).then((result) => process.send?.(result)))
  io.httpServer.listen(0, '127.0.0.1', () => process.send?.((io.httpServer.address() as AddressInfo).port))

  async function answer(question: Question): Promise<number> {
    if (question === 'clients') return io.engine.clientsCount
    if (question === 'cpu') {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    }
    for (let n = 0; n < question.say; n += 1) await say(`message ${n} ${'x'.repeat(60)}`, question.room)
    return question.say
  }
}
