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
import type { Logs, Story } from './story.ts'

/** A server that is told to crash at a batch, and to which nobody sends one. */
const CRASH_LIMIT_MS = 3_000
const STOP_LIMIT_MS = 20_000
const GOODBYE_LIMIT_MS = 5_000
/** Of the broadcasts: as good as none are lost. */
const HARDLY_ANY = Number.MAX_SAFE_INTEGER

/** The server, which always comes back on the same file and port; after each end, all that was confirmed must be there. */
export class Backend {
  readonly #server: ServerProcess
  readonly #random: Random
  readonly #story: Story
  #mood: Mood
  #restarts = 0
  #isBusy = false

  static async start(file: string, random: Random, story: Story): Promise<Backend> {
    const mood = someMood(random)
    const server = await startServerProcess({ log: { file }, pingMs: 600, ...mood })
    return new Backend(server, mood, random, story)
  }

  private constructor(server: ServerProcess, mood: Mood, random: Random, story: Story) {
    this.#server = server
    this.#mood = mood
    this.#random = random
    this.#story = story
  }

  get port(): number {
    return this.#server.port
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Whether a fault is under way: one at a time. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  async suffer(kind: ServerFault, forMs: number): Promise<void> {
    this.#isBusy = true
    await (kind === 'freeze' ? this.#freeze(forMs) : this.#fall(kind, forMs))
    this.#isBusy = false
  }

  /** Loses nothing on purpose any more: after the last word nobody would notice. */
  async heal(): Promise<void> {
    if (this.#mood.loseOneIn === HARDLY_ANY) return
    await this.#terminate()
    await this.#restart({ ...this.#mood, loseOneIn: HARDLY_ANY })
  }

  async logs(): Promise<Logs> {
    const entries = await Promise.all(ROOMS.map(async (room) => [room, await this.#server.logOf(room)] as const))
    return new Map(entries)
  }

  /** When all clients have gone. */
  async stop(): Promise<void> {
    const endAt = Date.now() + GOODBYE_LIMIT_MS
    while ((await this.#server.clients()) > 0 && Date.now() < endAt) await delay(20)
    const left = await this.#server.clients()
    if (left > 0) this.#story.problems.push(`C9 ${left} clients are still connected`)
    await this.#terminate()
  }

  /** For a run that failed half-way. */
  async abandon(): Promise<void> {
    await this.#server.kill('SIGKILL')
  }

  async #freeze(forMs: number): Promise<void> {
    this.#server.freeze()
    await delay(forMs)
    this.#server.thaw()
  }

  async #fall(kind: Exclude<ServerFault, 'freeze'>, forMs: number): Promise<void> {
    if (kind === 'terminate') await this.#terminate()
    else if (kind === 'kill') this.#ended(await this.#server.kill('SIGKILL'))
    else await this.#crash(kind === 'crash before the commit' ? 'before the commit' : 'after the commit')
    const confirmed = this.#story.sent.filter(({ outcome }) => outcome?.state === 'confirmed')
    await delay(forMs)
    await this.#restart(someMood(this.#random))
    this.#story.problems.push(...missing(confirmed, await this.logs()).map((what) => `C5 after ${kind}: ${what}`))
  }

  async #crash(moment: 'before the commit' | 'after the commit'): Promise<void> {
    await this.#server.crash(moment, between(this.#random, 1, 5))
    const timer = setTimeout(() => void this.#server.kill('SIGKILL'), CRASH_LIMIT_MS)
    this.#ended(await this.#server.exited)
    clearTimeout(timer)
  }

  async #terminate(): Promise<void> {
    const timer = setTimeout(() => {
      this.#story.problems.push(`C9 the server did not stop within ${STOP_LIMIT_MS} ms`)
      void this.#server.kill('SIGKILL')
    }, STOP_LIMIT_MS)
    this.#ended(await this.#server.kill('SIGTERM'))
    clearTimeout(timer)
  }

  #ended({ code, signal, output }: Exit): void {
    if (output !== '') this.#story.problems.push(`C9 the server printed: ${output}`)
    if (signal !== 'SIGKILL' && code !== 0) this.#story.problems.push(`C9 the server ended with ${code ?? signal}`)
  }

  async #restart(mood: Mood): Promise<void> {
    await this.#server.restart(mood)
    this.#mood = mood
    this.#restarts += 1
  }
}

type Mood = Required<Pick<ProcessSettings, 'seed' | 'handlerDelayMs' | 'loseOneIn'>>

/** Quick or slow, and now and then forgetful. */
function someMood(random: Random): Mood {
  return {
    seed: between(random, 1, 1_000_000),
    handlerDelayMs: random() < 0.3 ? 0 : between(random, 1, 40),
    loseOneIn: random() < 0.5 ? HARDLY_ANY : between(random, 10, 60),
  }
}
