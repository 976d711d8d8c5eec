import type { RedisConnection } from '../redis-connection.ts'
import { BEAT, STOP } from './heartbeat-scripts.ts'
import type { NodeKeys } from './node-keys.ts'
import { listOf, textOf } from './redis-replies.ts'
import type { NodeLife } from './shared-members.ts'

export interface NodeTiming {
  /** The time between two heartbeats. */
  readonly beatMs: number
  /** A node without a heartbeat for so long is dead. */
  readonly deadMs: number
  /** A claim ends after this time, unless its node prolongs it. Then another node removes the rest. */
  readonly claimMs: number
}

/**
 * A silent link is given up after 3 s, and a new one takes up to another second. So a node that lives is late by two beats at
 * most, also with the event loop blocked for some seconds. A longer time would show members who are gone for longer.
 */
export const NODE_TIMING: NodeTiming = { beatMs: 2_000, deadMs: 10_000, claimMs: 10_000 }

interface HeartbeatParts {
  readonly connection: RedisConnection
  readonly keys: NodeKeys
  readonly node: string
  readonly timing: NodeTiming
  readonly info: string
  readonly graceMs: number
  /** Another life has begun: what this node has set is removed after a while, unless it is set again. */
  readonly onNewLife: () => void
  /** This node is to remove the members of an ended one. Until the promise settles it claims no other. */
  readonly onClaim: (ended: NodeLife) => Promise<void>
  /** Called for the first of several failures. */
  readonly onError: (error: unknown) => void
}

/** Tells the other nodes that this one is alive, and claims the members of nodes that are not. */
export class Heartbeat {
  readonly #parts: HeartbeatParts
  #life = 0
  #isRenewing = false
  #isClaiming = false
  #isFailing = false
  #isStopped = false
  #running: Promise<void> | undefined
  #isDue = false
  #timer: NodeJS.Timeout | undefined

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
  }

  get life(): NodeLife {
    return { node: this.#parts.node, life: this.#life }
  }

  async start(): Promise<void> {
    await this.#beat()
    this.#schedule()
  }

  /** The next heartbeat begins another life. */
  renew(): void {
    if (this.#life === 0) return // not started yet
    this.#isRenewing = true
    this.#beatNow()
  }

  /** Leaves the mark by which other nodes remove the members of this one after the grace. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
    const { connection, keys, node, graceMs } = this.#parts
    await connection.run(STOP, keys.nodes, [node, this.#life, graceMs])
  }

  #beatNow(): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    this.#isDue = true
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false
      try {
        await this.#beat()
        this.#isFailing = false
      } catch (error) {
        if (!this.#isFailing) this.#parts.onError(error)
        this.#isFailing = true
      }
    }
    this.#running = undefined
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isStopped) return
    const { beatMs } = this.#parts.timing
    const delayMs = this.#isFailing ? beatMs / 4 : beatMs
    this.#timer = setTimeout(() => this.#beatNow(), delayMs)
    this.#timer.unref()
  }

  async #beat(): Promise<void> {
    const { connection, keys, node, timing, info, graceMs, onNewLife } = this.#parts
    const isRenewing = this.#isRenewing
    this.#isRenewing = false
    try {
      const flags = { renew: isRenewing ? 1 : 0, claim: this.#isClaiming ? 0 : 1 }
      const args = [node, this.#life, flags.renew, info, graceMs, timing.deadMs, timing.claimMs, flags.claim]
      const [life, claimed, lastLife] = listOf(await connection.run(BEAT, keys.nodes, args))
      const before = this.#life
      this.#life = Number(life)
      if (claimed !== undefined) void this.#claim({ node: textOf(claimed), life: Number(lastLife) })
      if (before > 0 && this.#life > before && !this.#isStopped) onNewLife()
    } catch (error) {
      if (isRenewing) this.#isRenewing = true
      throw error
    }
  }

  async #claim(ended: NodeLife): Promise<void> {
    this.#isClaiming = true
    try {
      await this.#parts.onClaim(ended)
    } finally {
      this.#isClaiming = false
    }
    this.#beatNow() // perhaps there is another one
  }
}
