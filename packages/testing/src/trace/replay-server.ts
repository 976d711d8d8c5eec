import type { Namespace, Socket } from 'socket.io'
import { inNextTask } from '../next-task.ts'
import type { ReplayCore, ReplayInput, ReplayOutput } from './replay-core.ts'

type Next = (error?: Error) => void
type Ack = (...values: unknown[]) => void

/** Performs the outputs of a replay on a namespace of a Socket.IO server. */
export class ReplayServer {
  readonly #core: ReplayCore
  readonly #connections = new Map<number, { readonly socket: Socket; readonly next: Next }>()
  readonly #acks = new Map<number, Ack>()
  readonly #listeners = new Set<(isClosed: boolean) => void>()
  #count = 0
  #end: 'done' | 'closed' | undefined

  constructor(namespace: Namespace, core: ReplayCore) {
    this.#core = core
    const numbers = new WeakMap<Socket, number>()
    namespace.use((socket, next) => {
      const connection = (this.#count += 1)
      numbers.set(socket, connection)
      this.#connections.set(connection, { socket, next })
      socket.conn.on('packet', ({ type }: { readonly type: string }) => {
        // In another task: first the client's promises run.
        if (type === 'pong') inNextTask(() => this.#step({ type: 'received', connection }))
      })
      socket.conn.once('close', () => {
        this.#connections.delete(connection)
        this.#step({ type: 'ended', connection })
      })
      this.#step({ type: 'attempt', connection })
    })
    namespace.on('connection', (socket) => {
      const connection = numbers.get(socket)!
      socket.onAny((event: string, ...args: unknown[]) => this.#onRequest(event, args))
      socket.once('disconnect', () => this.#step({ type: 'ended', connection }))
      this.#step({ type: 'connected', connection })
    })
  }

  /** Calls the listener once: when all is played, or after `close()`. */
  whenOver(listener: (isClosed: boolean) => void): void {
    if (this.#end) listener(this.#end === 'closed')
    else this.#listeners.add(listener)
  }

  close(): void {
    this.#over('closed')
  }

  #over(end: 'done' | 'closed'): void {
    this.#end ??= end
    for (const listener of this.#listeners) listener(this.#end === 'closed')
    this.#listeners.clear()
  }

  #onRequest(event: string, args: readonly unknown[]): void {
    const ack = args.at(-1)
    if (typeof ack !== 'function') return
    const request = (this.#count += 1)
    this.#acks.set(request, ack as Ack)
    this.#step({ type: 'request', request, event, args: args.slice(0, -1) })
  }

  #step(input: ReplayInput): void {
    for (const output of this.#core.step(input)) this.#perform(output)
  }

  #perform(output: ReplayOutput): void {
    if (output.type === 'done') return this.#over('done')
    if (output.type === 'answer') {
      this.#acks.get(output.request)?.(...output.args)
      return void this.#acks.delete(output.request)
    }
    const { socket, next } = this.#connections.get(output.connection) ?? {}
    if (!socket || !next) return
    switch (output.type) {
      case 'accept':
        return next()
      case 'refuse': {
        const { code, message, data = { code } } = output.error
        return next(Object.assign(new Error(message), { data }))
      }
      case 'emit':
        return void socket.emit(output.event, ...output.args, ...(output.asks ? [() => {}] : []))
      case 'sync':
        // The client answers a ping after it has handled the packets before it.
        return (socket.conn as unknown as { sendPacket(type: 'ping'): void }).sendPacket('ping')
      case 'end':
        // Both send first what was emitted before.
        if (output.kicked) socket.disconnect(true)
        else socket.conn.close()
    }
  }
}
