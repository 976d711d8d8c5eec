import type { Server, Socket } from 'socket.io'
import { shuffled } from './random.ts'

type Handler = (...args: unknown[]) => unknown

/** Answers as Flask-SocketIO does: every handler's return value is the ack, and answers may overtake each other. */
export function answerLikeFlask(io: Server, random: () => number): void {
  const answers: (() => void)[] = []
  const later = (answer: () => void): void => {
    if (answers.push(answer) > 1) return
    setTimeout(() => {
      for (const each of shuffled(answers.splice(0), random)) each()
    }, 0)
  }
  const watch = (namespace: { use(middleware: (socket: Socket, next: () => void) => void): unknown }): void => {
    namespace.use((socket, next) => {
      // Never goes on to Socket.IO's own dispatch, which throws away what handlers return.
      socket.use(([event, ...args]) => handle(socket, event, args, later))
      next()
    })
  }
  watch(io)
  io.on('new_namespace', watch)
}

function handle(socket: Socket, event: string, args: unknown[], later: (answer: () => void) => void): void {
  const handlers = socket.rawListeners(event) as Handler[]
  const last = args.at(-1)
  const ack = typeof last === 'function' ? (last as Handler) : undefined
  let isAnswered = false
  const answer = (...values: unknown[]): void => {
    if (!isAnswered && ack) later(() => ack(...values))
    isAnswered = true
  }
  const given = ack ? [...args.slice(0, -1), answer] : args
  // An event that nobody handles is not answered either.
  for (const handler of handlers) void answerWith(() => handler.apply(socket, given), answer)
}

/** A handler that fails is logged and not answered, and the connection goes on. */
async function answerWith(handle: () => unknown, answer: (...values: unknown[]) => void): Promise<void> {
  try {
    const value = await handle()
    if (value === undefined) answer()
    else answer(value)
  } catch (error) {
    // oxlint-disable-next-line no-console -- where Flask logs it
    console.error(error)
  }
}
