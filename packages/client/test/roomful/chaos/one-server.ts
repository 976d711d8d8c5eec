import type { Backend } from './backend.ts'
import { restartCheck } from './checks.ts'
import { ROOMS } from './page.ts'
import type { BackendFault } from './plan.ts'
import type { Random } from './random.ts'
import type { Logs, RunRecord } from './run-record.ts'
import { Server } from './server.ts'

/** One server with an SQLite file. After each restart, every confirmed message must be in its log. */
export class OneServer implements Backend {
  readonly #server: Server

  static async start(file: string, random: Random, record: RunRecord): Promise<OneServer> {
    const server: Server = await Server.start({
      settings: { log: { file } },
      random,
      record,
      onEnded: restartCheck(record, () => logsOf(server)),
    })
    return new OneServer(server)
  }

  private constructor(server: Server) {
    this.#server = server
  }

  get ports(): readonly number[] {
    return [this.#server.port]
  }

  get restarts(): Backend['restarts'] {
    return { servers: this.#server.restarts, redis: 0 }
  }

  applyFault(fault: BackendFault): Promise<void> | undefined {
    return fault.on === 'server' ? this.#server.applyFault(fault.kind, fault.forMs) : undefined
  }

  putOut(user: string, room: string, banMs: number): Promise<void> {
    return this.#server.putOut(user, room, banMs)
  }

  sendAway(user: string): Promise<void> {
    return this.#server.sendAway(user)
  }

  heal(): Promise<void> {
    return this.#server.heal()
  }

  logs(): Promise<Logs> {
    return logsOf(this.#server)
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }

  kill(): Promise<void> {
    return this.#server.kill()
  }
}

async function logsOf(server: Server): Promise<Logs> {
  return new Map(await Promise.all(ROOMS.map(async (room) => [room, await server.logOf(room)] as const)))
}
