import { isObject } from '@roomful/contract/protocol'
import { engineServerOf, onEngine } from '../guard/engine.ts'
import type { ReadAddress } from './client-address.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** A request as Engine.IO and its variant for uWebSockets.js have it. */
interface EngineRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket?: { readonly remoteAddress?: string }
  readonly connection?: { readonly remoteAddress?: string }
}

type AllowRequest = (request: EngineRequest, answer: (error: unknown, isAllowed: boolean) => void) => void

interface EngineConnection {
  readonly request?: EngineRequest
  on(event: 'close', listener: (this: object) => void): unknown
}

/** The members of Engine.IO's server that are used. An engine without `opts` asks for no permission. */
interface Engine {
  readonly opts?: { allowRequest?: AllowRequest | undefined }
  on(event: 'connection', listener: (connection: EngineConnection) => void): unknown
  off(event: 'connection', listener: (connection: EngineConnection) => void): unknown
}

interface GateParts {
  readonly limiter: RateLimiter
  readonly readAddress: ReadAddress
}

/**
 * Gates the engine of a Socket.IO server, also where the server is attached to an HTTP server later.
 *
 * @returns a function that removes the gate.
 */
export function gateConnections(io: unknown, parts: GateParts): () => void {
  const removers: (() => void)[] = []
  const forget = onEngine(engineServerOf(io), (engine) => removers.push(gateEngine(engine, parts)))
  return () => {
    forget()
    for (const remove of removers.splice(0)) remove()
  }
}

/**
 * Refuses connections of an address that has too many, before they get a session (SEC13).
 *
 * @returns a function that removes the gate.
 */
function gateEngine(engine: Engine, { limiter, readAddress }: GateParts): () => void {
  const addressOf = ({ headers, socket, connection }: EngineRequest): string | undefined =>
    readAddress((socket ?? connection)?.remoteAddress, headers).network

  const addresses = new Map<object, string>()
  /** One function for all connections; Engine.IO calls it with the connection as `this`. */
  const closed = function (this: object): void {
    const address = addresses.get(this)
    if (address !== undefined && addresses.delete(this)) limiter.closed(address)
  }
  const opened = (connection: EngineConnection): void => {
    const address = connection.request && addressOf(connection.request)
    if (address === undefined) return
    limiter.opened(address)
    addresses.set(connection, address)
    connection.on('close', closed)
  }
  engine.on('connection', opened)

  const options = isObject(engine.opts) ? engine.opts : {}
  const allowRequest = options.allowRequest
  const gate: AllowRequest = (request, answer) => {
    const address = addressOf(request)
    if (address !== undefined && !limiter.admitsConnection(address))
      return answer('too many connections from your address', false)
    if (allowRequest === undefined) answer(null, true)
    else allowRequest.call(options, request, answer)
  }
  options.allowRequest = gate

  return () => {
    engine.off('connection', opened)
    if (options.allowRequest === gate) options.allowRequest = allowRequest
  }
}
