import { RoomfulError } from '@roomful/contract'
import { CallProgress } from './call-progress.ts'
import type { NodeLinks } from './node-links.ts'
import type { CallResult, NodeCallMessage } from './node-messages.ts'

/** A call is sent again this often, to nodes that have not done it, in milliseconds. */
const ROUND_MS = 1_000
/** A node that has not answered in so many rounds is not waited for any longer. */
const MAX_SILENT_ROUNDS = 15
/** How many calls may be under way. */
const MAX_CALLS = 1_000
/** Calls that are over are kept for nodes that were out of reach: so many, so many characters of JSON, and so long. */
const KEPT = { calls: 1_000, length: 1_000_000, ms: 3_600_000 }

type CallContent = Omit<NodeCallMessage, 'agoMs'>

interface MadeCall {
  readonly content: CallContent
  readonly length: number
  readonly madeAt: number
  readonly progress: CallProgress
}

interface RunningCall extends MadeCall {
  readonly resolve: () => void
  readonly reject: (error: RoomfulError) => void
  readonly method: string
  timer: NodeJS.Timeout | undefined
  isAsking: boolean
  /** Why the last round could not be sent. */
  cause: unknown
}

/**
 * Has something done by all other nodes. A call is sent again until each living node has answered that it has done it. A node
 * that was out of reach gets later what it has missed.
 */
export class NodeCalls {
  readonly #links: NodeLinks
  readonly #running = new Map<string, RunningCall>()
  /** Calls that are over, oldest first. */
  readonly #kept = new Map<string, MadeCall>()
  #keptLength = 0
  #lastId = 0

  constructor(links: NodeLinks) {
    this.#links = links
    links.add({
      onMessage: (message, from) => {
        if (message.type === 'answer') this.#answered(message.id, from, message.result)
        if (message.type === 'restored') this.#sendMissed(from)
      },
      onRestored: () => {
        links.send({ type: 'restored' }).catch(() => {}) // the connection is away again: it will be restored again
        for (const call of this.#running.values()) void this.#ask(call)
      },
    })
  }

  /**
   * Resolves when all other nodes that are alive have done the call. `method` is the app's call, for errors.
   * @throws RoomfulError `UNAVAILABLE` where nodes did not answer, or failed; `CLOSING` after `stop`.
   */
  call(method: string, name: string, args: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#running.size >= MAX_CALLS)
        throw new RoomfulError('UNAVAILABLE', `${method}: ${MAX_CALLS} calls to other nodes are under way already`)
      const content: CallContent = { type: 'call', id: String(++this.#lastId), name, args }
      const call: RunningCall = {
        content,
        length: JSON.stringify(content).length,
        madeAt: performance.now(),
        progress: new CallProgress(MAX_SILENT_ROUNDS),
        resolve,
        reject,
        method,
        timer: undefined,
        isAsking: false,
        cause: undefined,
      }
      this.#running.set(content.id, call)
      this.#beginRound(call)
    })
  }

  /** Rejects the calls under way. */
  stop(): void {
    for (const [id, { method, timer, reject }] of this.#running) {
      clearTimeout(timer)
      this.#running.delete(id)
      reject(new RoomfulError('CLOSING', `${method}: the server is closing; other nodes may not have done it`))
    }
  }

  #beginRound(call: RunningCall): void {
    void this.#ask(call)
    call.timer = setTimeout(() => {
      call.progress.endRound()
      if (!this.#settleIfOver(call)) this.#beginRound(call)
    }, ROUND_MS)
  }

  /** Sends the call, and lists the nodes that must answer it. */
  async #ask(call: RunningCall): Promise<void> {
    if (call.isAsking) return
    call.isAsking = true
    try {
      await this.#links.send(sentNow(call))
      const others = await this.#links.others()
      call.progress.setAlive(others.map(({ id }) => id))
      call.cause = undefined
      this.#settleIfOver(call)
    } catch (error) {
      call.cause = error // asked again in the next round
    } finally {
      call.isAsking = false
    }
  }

  #answered(id: string, from: string, result: CallResult): void {
    const running = this.#running.get(id)
    ;(running ?? this.#kept.get(id))?.progress.answer(from, result)
    if (running !== undefined) this.#settleIfOver(running)
  }

  #settleIfOver(call: RunningCall): boolean {
    const { content, progress, method, timer, resolve, reject, cause } = call
    if (!this.#running.has(content.id)) return true
    if (!progress.isOver) return false
    this.#running.delete(content.id)
    clearTimeout(timer)
    this.#keep(call)
    const { failure } = progress
    if (failure === undefined) resolve()
    else reject(new RoomfulError('UNAVAILABLE', `${method}: ${failure}`, { cause }))
    return true
  }

  #keep({ content, length, madeAt, progress }: RunningCall): void {
    this.#kept.set(content.id, { content, length, madeAt, progress })
    this.#keptLength += length
    for (const [id, oldest] of this.#kept) {
      const isOld = performance.now() - oldest.madeAt > KEPT.ms
      if (!isOld && this.#kept.size <= KEPT.calls && this.#keptLength <= KEPT.length) return
      this.#kept.delete(id)
      this.#keptLength -= oldest.length
    }
  }

  /** A call that is lost now is not sent again, unless the node is restored once more. */
  #sendMissed(node: string): void {
    for (const call of [...this.#kept.values(), ...this.#running.values()])
      if (!call.progress.isDone(node) && performance.now() - call.madeAt <= KEPT.ms)
        this.#links.send(sentNow(call), node).catch(() => {}) // this connection is away now: both nodes will be restored
  }
}

function sentNow({ content, madeAt }: MadeCall): NodeCallMessage {
  return { ...content, agoMs: Math.floor(performance.now() - madeAt) } // not longer ago: no connection of that time is missed
}
