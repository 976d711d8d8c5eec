import { setTimeout as delay } from 'node:timers/promises'
import {
  type Exit,
  type ProcessSettings,
  type ServerProcess,
  startServerProcess,
} from '../../support/server-process.ts'
import type { FaultOf } from './plan.ts'
import { between, type Random } from './random.ts'
import type { RunRecord } from './run-record.ts'

/** A server that waits for a batch to crash at, and gets none, is killed after this time. */
const CRASH_LIMIT_MS = 3_000
const STOP_LIMIT_MS = 20_000
const DISCONNECT_LIMIT_MS = 5_000
/** `loseOneIn`: practically no broadcast is lost. */
const NEVER = Number.MAX_SAFE_INTEGER
/** `credentialsMs`: longer than any run. */
const LONG_MS = 86_400_000

type ServerFault = FaultOf<'server'>['kind']

export interface ServerParts {
  readonly settings: Pick<ProcessSettings, 'log' | 'clockMs' | 'presenceGraceMs'>
  readonly random: Random
  readonly record: RunRecord
  /** Called when the server has ended; what it returns, when it runs again. */
  readonly onEnded: (why: string) => () => Promise<void>
}

/** A server that restarts with the same port and log. */
export class Server {
  readonly #server: ServerProcess
  readonly #parts: ServerParts
  #restarts = 0
  #isBusy = false

  static async start(parts: ServerParts): Promise<Server> {
    const settings = { ...parts.settings, pingMs: 600, ...randomConditions(parts.random) }
    return new Server(await startServerProcess(settings), parts)
  }

  private constructor(server: ServerProcess, parts: ServerParts) {
    this.#server = server
    this.#parts = parts
  }

  get port(): number {
    return this.#server.port
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Returns undefined, and does nothing, while another fault is under way. */
  applyFault(kind: ServerFault, forMs: number): Promise<void> | undefined {
    return this.#isBusy ? undefined : this.#apply(kind, forMs)
  }

  async putOut(user: string, room: string, banMs: number): Promise<void> {
    while (this.#isBusy) await delay(20)
    await this.#server.remove(room, user, banMs).catch(() => {})
  }

  async sendAway(user: string): Promise<void> {
    while (this.#isBusy) await delay(20)
    const code = this.#parts.random() < 0.5 ? 'UNAUTHORIZED' : 'RATE'
    await this.#server.disconnect(user, code).catch(() => {})
  }

  /** Loses no broadcast any more. */
  async heal(): Promise<void> {
    await this.#server.loseNothing()
  }

  logOf(room: string): ReturnType<ServerProcess['logOf']> {
    return this.#server.logOf(room)
  }

  async stop(): Promise<void> {
    const endAt = Date.now() + DISCONNECT_LIMIT_MS
    while ((await this.#server.clients()) > 0 && Date.now() < endAt) await delay(20)
    const left = await this.#server.clients()
    if (left > 0) this.#problem(`${left} clients are still connected`)
    await this.#terminate()
  }

  async kill(): Promise<void> {
    await this.#server.kill('SIGKILL')
  }

  async #apply(kind: ServerFault, forMs: number): Promise<void> {
    this.#isBusy = true
    await (kind === 'freeze' ? this.#freeze(forMs) : this.#stopAndRestart(kind, forMs))
    this.#isBusy = false
  }

  async #freeze(forMs: number): Promise<void> {
    this.#server.freeze()
    await delay(forMs)
    this.#server.thaw()
  }

  async #stopAndRestart(kind: Exclude<ServerFault, 'freeze'>, forMs: number): Promise<void> {
    if (kind === 'terminate') await this.#terminate()
    else if (kind === 'kill') this.#ended(await this.#server.kill('SIGKILL'))
    else await this.#crash(kind === 'crash before the commit' ? 'before the commit' : 'after the commit')
    const onStarted = this.#parts.onEnded(kind)
    await delay(forMs)
    await this.#server.restart(randomConditions(this.#parts.random))
    this.#restarts += 1
    await onStarted()
  }

  async #crash(moment: 'before the commit' | 'after the commit'): Promise<void> {
    await this.#server.crash(moment, between(this.#parts.random, 1, 5))
    const timer = setTimeout(() => void this.#server.kill('SIGKILL'), CRASH_LIMIT_MS)
    this.#ended(await this.#server.exited)
    clearTimeout(timer)
  }

  async #terminate(): Promise<void> {
    const timer = setTimeout(() => {
      this.#problem(`the server did not stop within ${STOP_LIMIT_MS} ms`)
      void this.#server.kill('SIGKILL')
    }, STOP_LIMIT_MS)
    this.#ended(await this.#server.kill('SIGTERM'))
    clearTimeout(timer)
  }

  #ended({ code, signal, output }: Exit): void {
    if (output !== '') this.#problem(`the server printed: ${output}`)
    if (signal !== 'SIGKILL' && code !== 0) this.#problem(`the server ended with ${code ?? signal}`)
  }

  #problem(what: string): void {
    this.#parts.record.problems.push(`C9 ${what}`)
  }
}

type Conditions = Required<
  Pick<ProcessSettings, 'seed' | 'handlerDelayMs' | 'loseOneIn' | 'credentialsMs' | 'ratePerSecond'>
>

/** Fast or slow; sometimes broadcasts are lost, credentials end soon, or a connection may send little. */
function randomConditions(random: Random): Conditions {
  return {
    seed: between(random, 1, 1_000_000),
    handlerDelayMs: random() < 0.3 ? 0 : between(random, 1, 40),
    loseOneIn: random() < 0.5 ? NEVER : between(random, 10, 60),
    credentialsMs: random() < 0.5 ? LONG_MS : between(random, 1_000, 4_000),
    ratePerSecond: random() < 0.7 ? 10_000 : between(random, 60, 100),
  }
}
