import type { Report } from '../report.ts'
import { type NodeMessage, readMessage } from './node-messages.ts'
import type { GoneMember, NodeInfo, Nodes } from './nodes.ts'

/** A start that has failed is tried again after this time. Until it succeeds, this node refuses joins. */
const RETRY_MS = 500
/** How many different failures of a start are reported, each once. */
const MAX_REPORTED = 10

interface LinkOptions {
  /** What other nodes may read about this one. */
  readonly info: string
  /** How long the members of a node stay after it has stopped or died, in milliseconds. */
  readonly graceMs: number
  /** The most bytes of a message, and of what this node says of a user. */
  readonly maxBytes: number
  readonly report: Report
}

/** Listeners must not throw. */
interface LinkListener {
  readonly onMessage?: (message: NodeMessage, from: string) => void
  /** This node was out of reach: what others sent, and what it has set, may be lost. */
  readonly onRestored?: () => void
  /** This node has removed a user whom only a dead node had. */
  readonly onMemberGone?: (member: GoneMember) => void
}

/** The link of this process to the other nodes: it starts with the server, and calls its listeners until it is stopped. */
export class NodeLinks {
  readonly nodes: Nodes
  /** Resolves once other nodes find this one. Pending as long as the start fails; each different failure is reported once. */
  readonly started: Promise<void>
  readonly #options: LinkOptions
  readonly #listeners: LinkListener[] = []
  #isStopped = false
  #timer: NodeJS.Timeout | undefined

  constructor(nodes: Nodes, options: LinkOptions) {
    this.nodes = nodes
    this.#options = options
    this.started = this.#start()
  }

  get id(): string {
    return this.nodes.id
  }

  add(listener: LinkListener): void {
    this.#listeners.push(listener)
  }

  /** To all other nodes, or to one. May be lost. */
  async send(message: NodeMessage, to?: string): Promise<void> {
    const text = JSON.stringify(message)
    if (to === undefined) await this.nodes.send(text)
    else await this.nodes.send(text, mailboxOf(to))
  }

  /** The other nodes that are alive. */
  async others(): Promise<NodeInfo[]> {
    const all = await this.nodes.list()
    return all.filter(({ id }) => id !== this.id)
  }

  /** After `stop` calls of `nodes` may fail, which is no news. */
  report(error: unknown): void {
    if (!this.#isStopped) this.#options.report(error, { during: 'nodes' })
  }

  /** No listener is called any more. A failure is reported: the other nodes then take this one for dead after a while. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    try {
      await this.nodes.stop()
    } catch (error) {
      this.#options.report(error, { during: 'nodes' })
    }
  }

  async #start(): Promise<void> {
    const { info, graceMs, maxBytes } = this.#options
    const onMessage = (text: string, from: string): void => this.#receive(text, from)
    await this.#untilDone(() =>
      this.nodes.start({
        info,
        graceMs,
        maxBytes,
        onMessage,
        onRestored: () => this.#call((listener) => listener.onRestored?.()),
        onMemberGone: (member) => this.#call((listener) => listener.onMemberGone?.(member)),
        onError: (error) => this.report(error),
      }),
    )
    await this.#untilDone(() => this.nodes.subscribe(mailboxOf(this.id), { onMessage, onMembers: () => {} }))
  }

  /** Never settles after `stop`. */
  async #untilDone(task: () => unknown): Promise<void> {
    const reported = new Set<string>()
    for (;;) {
      try {
        await task()
        return
      } catch (error) {
        const text = String(error)
        if (!reported.has(text) && reported.size < MAX_REPORTED) {
          reported.add(text)
          this.report(error)
        }
      }
      await new Promise<void>((resolve) => {
        if (this.#isStopped) return
        this.#timer = setTimeout(resolve, RETRY_MS)
        this.#timer.unref?.()
      })
    }
  }

  #receive(text: string, from: string): void {
    const message = readMessage(text)
    if (message !== undefined) this.#call((listener) => listener.onMessage?.(message, from))
  }

  #call(call: (listener: LinkListener) => void): void {
    if (this.#isStopped) return
    for (const listener of this.#listeners) call(listener)
  }
}

/** The room to which messages for one node are sent. Clients cannot name it. */
function mailboxOf(node: string): string {
  return `$node:${node}`
}
