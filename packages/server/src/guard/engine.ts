import type { Socket as TcpSocket } from 'node:net'
import { RoomfulError } from '@roomful/contract'
import { isObject } from '@roomful/contract/protocol'

// What the guard uses of Engine.IO, which Socket.IO runs on. Its types mark some of these members as private, so that
// each is checked before it is used.

// oxlint-disable-next-line typescript/no-explicit-any -- each event has its own arguments
type Listener = (...args: any[]) => void

interface Emitter {
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
}

/** One connection of a client: Engine.IO's `Socket`. */
export interface EngineConnection extends Emitter {
  readonly id: string
  readonly protocol: number
  readonly readyState: string
  /** `writable` is false while data is on its way to the network, or while no request of a polling client waits. */
  readonly transport: { readonly name: string; readonly writable: boolean }
  /** The packets that were not given to the transport yet. */
  readonly writeBuffer?: unknown[]
  /** The request that opened the connection. */
  readonly request?: { readonly socket?: TcpSocket }
  /** The engine that accepted the connection. */
  readonly server?: Engine
  /** With `discard`, ends the connection now and drops what is unsent. */
  close(discard?: boolean): unknown
}

/** Accepts connections: Engine.IO's `Server`. */
export type Engine = Emitter

/** A Socket.IO server. `engine` is missing until the server is attached to an HTTP server. */
export interface EngineServer {
  readonly engine?: Engine
  bind: (engine: Engine) => unknown
}

/** @throws RoomfulError `INVALID_ARGUMENT` for an object that is not a Socket.IO server of a known version. */
export function engineServerOf(io: unknown): EngineServer {
  const server = isObject(io) && isObject(io['server']) ? io['server'] : io
  if (isObject(server) && typeof server['bind'] === 'function') {
    const engine = server['engine'] ?? undefined
    if (engine === undefined || isEmitter(engine)) return server as unknown as EngineServer
  }
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    'createRooms: expected a Socket.IO server of version 4, or a namespace of it: its methods bind() and engine.on() are missing, so connections cannot be guarded',
  )
}

/** @throws RoomfulError `INVALID_ARGUMENT` for a connection of an engine that the guard does not know. */
export function assertConnection(value: unknown): asserts value is EngineConnection {
  const isKnown =
    isObject(value) &&
    isEmitter(value) &&
    typeof value['close'] === 'function' &&
    isObject(value['transport']) &&
    typeof value['transport']['writable'] === 'boolean' &&
    ['undefined', 'object'].includes(typeof value['writeBuffer'])
  if (isKnown) return
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    'this version of Engine.IO is unknown: expected connections with on(), close(), transport.writable and writeBuffer; connections are refused, because they cannot be guarded',
  )
}

export function isEmitter(value: unknown): value is Emitter {
  return isObject(value) && typeof value['on'] === 'function' && typeof value['off'] === 'function'
}

/**
 * Calls `found` with the engine of the server, now or as soon as the server is attached, and with each later one. A server
 * gets its engines through its public method `bind`.
 * @returns a function that undoes it.
 */
export function onEngine(server: EngineServer, found: (engine: Engine) => void): () => void {
  if (server.engine) found(server.engine)
  const own = Object.hasOwn(server, 'bind')
  const { bind } = server
  const bindAndTell = (engine: Engine): unknown => {
    const result = bind.call(server, engine)
    found(engine)
    return result
  }
  server.bind = bindAndTell
  return () => {
    if (server.bind !== bindAndTell) return
    if (own) server.bind = bind
    else Reflect.deleteProperty(server, 'bind')
  }
}
