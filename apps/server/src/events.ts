import { chat } from '@roomful-demo/chat-contract'
import { RoomfulError } from '@roomful/contract'
import { describe, eventIn, validate } from '@roomful/contract/protocol'
import type {
  AckIn,
  At,
  ClientToServer,
  ClientToServerEvents,
  DataOut,
  EventName,
  HasAck,
  ServerToClientEvents,
} from '@roomful/contract'
import type { Server, Socket } from 'socket.io'
import { logError } from './logs.ts'

type Chat = typeof chat
type Events = ClientToServer<Chat>
type AnswerOf<E> = HasAck<At<Events, E>> extends true ? AckIn<At<Events, E>> : void

export type ChatServer = Server<ClientToServerEvents<Chat>, ServerToClientEvents<Chat>>
export type ChatSocket = Socket<ClientToServerEvents<Chat>, ServerToClientEvents<Chat>>

const MAX_DEPTH = 32

/**
 * Handles one of the contract's events. The handler gets only data that the contract accepts. The ack is the handler's return
 * value, or `{ $error: { code, message } }`.
 */
export function handleEvent<E extends EventName<Events>>(
  socket: ChatSocket,
  event: E,
  handler: (data: DataOut<At<Events, E>>) => AnswerOf<E> | Promise<AnswerOf<E>>,
): void {
  async function run(data: unknown): Promise<unknown[]> {
    try {
      assertShallow(data)
      const schema = eventIn(chat.definition, 'clientToServer', event)?.data
      const result = await handler(validate(schema, data, event) as DataOut<At<Events, E>>)
      return result === undefined ? [] : [result]
    } catch (error) {
      return [{ $error: refusalOf(event, error) }]
    }
  }
  const listener = (...args: unknown[]): void => {
    const acknowledge = typeof args.at(-1) === 'function' ? (args.pop() as (...answer: unknown[]) => void) : undefined
    void run(args[0]).then((result) => acknowledge?.(...result))
  }
  // A client can send anything, so the listener's arguments are unknown.
  ;(socket as Socket).on<string>(event, listener)
}

/**
 * Answers an event that the contract does not have, if the client asked for an ack: no other listener would answer it.
 * Names that begin with `$` belong to the protocol, and `createRooms` answers them.
 */
export function refuseUnknown(socket: ChatSocket): void {
  const expected = Object.keys(chat.definition.clientToServer).join(', ')
  socket.onAny((event: unknown, ...args: unknown[]) => {
    const acknowledge = args.at(-1)
    if (typeof acknowledge !== 'function' || isKnown(event)) return
    const message = `unknown event ${describe(event)}: expected one of ${expected}`
    acknowledge({ $error: { code: 'SHAPE', message } })
  })
}

function isKnown(event: unknown): boolean {
  if (typeof event === 'string' && event.startsWith('$')) return true
  return eventIn(chat.definition, 'clientToServer', event) !== undefined
}

function refusalOf(event: string, error: unknown): { code: string; message: string } {
  if (error instanceof RoomfulError)
    return { code: error.code === 'INVALID' ? 'SHAPE' : error.code, message: error.message }
  logError(error, { during: 'request', event })
  return { code: 'INTERNAL', message: 'the request failed on the server' }
}

/** Socket.IO encodes data recursively, so a few kilobytes of nested arrays would crash the process. */
function assertShallow(data: unknown): void {
  let level = [data].filter(isObject)
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new RoomfulError('SHAPE', `expected data nested at most ${MAX_DEPTH} levels deep`)
    level = level.flatMap((value) => Object.values(value).filter(isObject))
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
