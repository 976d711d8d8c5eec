import { RoomfulError } from '@roomful/contract'
import type { NodeLinks } from './node-links.ts'
import type { CallResult, NodeCallMessage } from './node-messages.ts'

/** How many calls of other nodes may be running; more are ignored, and sent again. */
const MAX_RUNNING = 1_000
/** How many finished calls are remembered, so that they are not done again. */
const MAX_FINISHED = 10_000

/** Does what another node asks for. `agoMs`: how long ago the call was made, in milliseconds. */
export type CallHandler = (args: unknown, agoMs: number) => void | Promise<void>

/** Does the calls of other nodes, each once, and answers them each time that they come. */
export class ReceivedCalls {
  readonly #links: NodeLinks
  readonly #handlers: ReadonlyMap<string, CallHandler>
  readonly #running = new Set<string>()
  /** Oldest first. */
  readonly #finished = new Map<string, CallResult>()

  constructor(links: NodeLinks, handlers: ReadonlyMap<string, CallHandler>) {
    this.#links = links
    this.#handlers = handlers
    links.add({
      onMessage: (message, from) => {
        if (message.type === 'call') this.#receive(message, from)
      },
    })
  }

  #receive(call: NodeCallMessage, from: string): void {
    const key = `${from} ${call.id}`
    const result = this.#running.has(key) ? 'running' : this.#finished.get(key)
    if (result !== undefined) return this.#answer(from, call.id, result)
    const handler = this.#handlers.get(call.name)
    if (handler === undefined) return this.#answer(from, call.id, 'unknown')
    if (this.#running.size >= MAX_RUNNING) return
    this.#running.add(key)
    void this.#run(handler, call).then((finished) => {
      this.#running.delete(key)
      this.#remember(key, finished)
      this.#answer(from, call.id, finished)
    })
  }

  async #run(handler: CallHandler, { name, args, agoMs }: NodeCallMessage): Promise<CallResult> {
    try {
      await handler(args, agoMs)
      return 'done'
    } catch (error) {
      const failure = new RoomfulError('INTERNAL', `the call "${name}" of another node failed`, { cause: error })
      this.#links.report(failure)
      return 'failed'
    }
  }

  #remember(key: string, result: CallResult): void {
    this.#finished.set(key, result)
    if (this.#finished.size <= MAX_FINISHED) return
    for (const oldest of this.#finished.keys()) return void this.#finished.delete(oldest)
  }

  #answer(to: string, id: string, result: CallResult): void {
    this.#links.send({ type: 'answer', id, result }, to).catch(() => {}) // the call comes again, and is answered again
  }
}
