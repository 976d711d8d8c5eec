import { setTimeout as delay } from 'node:timers/promises'
import {
  type Exit,
  type ProcessSettings,
  type ServerProcess,
  startServerProcess,
} from '../../support/server-process.ts'
import { missing } from './checks.ts'
import { ROOMS } from './page.ts'
import type { ServerFault } from './plan.ts'
import { between, type Random } from './random.ts'
import type { Logs, RunRecord } from './run-record.ts'

/** A server that waits for a batch to crash at, and gets none, is killed after this time. */
const CRASH_LIMIT_MS = 3_000
const STOP_LIMIT_MS = 20_000
const DISCONNECT_LIMIT_MS = 5_000
/** `loseOneIn`: practically no broadcast is lost. */
const NEVER = Number.MAX_SAFE_INTEGER
/** `credentialsMs`: longer than any run. */
const LONG_MS = 86_400_000

/** The server, which restarts with the same file and port. After each restart, every confirmed message must be in its log. */
export class Backend {
  readonly #server: ServerProcess
  readonly #random: Random
  readonly #record: RunRecord
  #conditions: Conditions
  #restarts = 0
  #isBusy = false

  static async start(file: string, random: Random, record: RunRecord): Promise<Backend> {
    const conditions = randomConditions(random)
    const server = await startServerProcess({ log: { file }, pingMs: 600, ...conditions })
    return new Backend(server, conditions, random, record)
  }

  private constructor(server: ServerProcess, conditions: Conditions, random: Random, record: RunRecord) {
    this.#server = server
    this.#conditions = conditions
    this.#random = random
    this.#record = record
  }

  get port(): number {
    return this.#server.port
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Whether a fault is under way; there is one at a time. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  async applyFault(kind: ServerFault, forMs: number): Promise<void> {
    this.#isBusy = true
    await (kind === 'freeze' ? this.#freeze(forMs) : this.#stopAndRestart(kind, forMs))
    this.#isBusy = false
  }

  /** Puts a user out of a room, once the server runs. A server that ends meanwhile may not get to it. */
  async putOut(user: string, room: string, banMs: number): Promise<void> {
    while (this.#isBusy) await delay(20)
    await this.#server.remove(room, user, banMs).catch(() => {})
  }

  /** Ends the connections of a user with a code after which clients return, once the server runs. */
  async sendAway(user: string): Promise<void> {
    while (this.#isBusy) await delay(20)
    const code = this.#random() < 0.5 ? 'UNAUTHORIZED' : 'RATE'
    await this.#server.disconnect(user, code).catch(() => {})
  }

  /** Loses no broadcast any more: the loss of the last one would not be noticed. */
  async heal(): Promise<void> {
    if (this.#conditions.loseOneIn === NEVER) return
    await this.#terminate()
    await this.#restart({ ...this.#conditions, loseOneIn: NEVER })
  }

  async logs(): Promise<Logs> {
    const entries = await Promise.all(ROOMS.map(async (room) => [room, await this.#server.logOf(room)] as const))
    return new Map(entries)
  }

  /** Stops the server after the last client has disconnected. */
  async stop(): Promise<void> {
    const endAt = Date.now() + DISCONNECT_LIMIT_MS
    while ((await this.#server.clients()) > 0 && Date.now() < endAt) await delay(20)
    const left = await this.#server.clients()
    if (left > 0) this.#record.problems.push(`C9 ${left} clients are still connected`)
    await this.#terminate()
  }

  /** Ends the server of a run that has failed. */
  async kill(): Promise<void> {
    await this.#server.kill('SIGKILL')
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
    const confirmed = this.#record.sent.filter(({ outcome }) => outcome?.state === 'confirmed')
    await delay(forMs)
    await this.#restart(randomConditions(this.#random))
    this.#record.problems.push(...missing(confirmed, await this.logs()).map((what) => `C5 after ${kind}: ${what}`))
  }

  async #crash(moment: 'before the commit' | 'after the commit'): Promise<void> {
    await this.#server.crash(moment, between(this.#random, 1, 5))
    const timer = setTimeout(() => void this.#server.kill('SIGKILL'), CRASH_LIMIT_MS)
    this.#ended(await this.#server.exited)
    clearTimeout(timer)
  }

  async #terminate(): Promise<void> {
    const timer = setTimeout(() => {
      this.#record.problems.push(`C9 the server did not stop within ${STOP_LIMIT_MS} ms`)
      void this.#server.kill('SIGKILL')
    }, STOP_LIMIT_MS)
    this.#ended(await this.#server.kill('SIGTERM'))
    clearTimeout(timer)
  }

  #ended({ code, signal, output }: Exit): void {
    if (output !== '') this.#record.problems.push(`C9 the server printed: ${output}`)
    if (signal !== 'SIGKILL' && code !== 0) this.#record.problems.push(`C9 the server ended with ${code ?? signal}`)
  }

  async #restart(conditions: Conditions): Promise<void> {
    await this.#server.restart(conditions)
    this.#conditions = conditions
    this.#restarts += 1
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
