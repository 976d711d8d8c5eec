import type { Server, Socket } from 'socket.io'
import { shuffled } from './random.ts'

type Handler = (...args: unknown[]) => unknown

/** Makes a server answer as Flask-SocketIO does: a handler's return value is the ack, and acks arrive in any order. */
export function answerLikeFlask(io: Server, random: () => number): void {
  const acks: (() => void)[] = []
  const sendLater = (ack: () => void): void => {
    if (acks.push(ack) > 1) return
    setTimeout(() => {
      for (const each of shuffled(acks.splice(0), random)) each()
    }, 0)
  }
  const attach = (namespace: { use(middleware: (socket: Socket, next: () => void) => void): unknown }): void => {
    namespace.use((socket, next) => {
      // Does not call `next`: Socket.IO's own dispatch would discard the handlers' return values.
      socket.use(([event, ...args]) => handle(socket, event, args, sendLater))
      next()
    })
  }
  attach(io)
  io.on('new_namespace', attach)
}

function handle(socket: Socket, event: string, args: unknown[], sendLater: (ack: () => void) => void): void {
  const handlers = socket.rawListeners(event) as Handler[]
  const last = args.at(-1)
  const ack = typeof last === 'function' ? (last as Handler) : undefined
  let isAnswered = false
  const answer = (...values: unknown[]): void => {
    if (!isAnswered && ack) sendLater(() => ack(...values))
    isAnswered = true
  }
  const handlerArgs = ack ? [...args.slice(0, -1), answer] : args
  // Without a handler there is no ack, as in Flask-SocketIO.
  for (const handler of handlers) void answerWith(() => handler.apply(socket, handlerArgs), answer)
}

/** Answers with the handler's result. An error is logged and gets no answer; the connection stays open. */
async function answerWith(run: () => unknown, answer: (...values: unknown[]) => void): Promise<void> {
  try {
    const value = await run()
    if (value === undefined) answer()
    else answer(value)
  } catch (error) {
    // oxlint-disable-next-line no-console -- as Flask logs it
    console.error(error)
  }
}
