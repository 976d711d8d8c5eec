import { RoomfulError } from '@roomful/contract'
import type { ClientOptions, ExistingSocketOptions } from '../../options.ts'
import { assertSocketOptions, isSocketOption } from '../socket-options.ts'
import type { SocketOptions } from '../socket-port.ts'

/** A WebSocket class: that of the platform, or of a package such as `ws`. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => object

/**
 * Options of the WebSocket. In development, any other one is `INVALID_ARGUMENT`. Headers, certificates and agents of Node belong to
 * the WebSocket: a subclass of the one that `WebSocket` gives can set them.
 */
export interface LightSocketOptions extends Pick<
  SocketOptions,
  'path' | 'addTrailingSlash' | 'query' | 'protocols' | 'forceNew'
> {
  /** Needed where the platform has none, as in Node 20. @default the global WebSocket, looked up at each connect */
  readonly WebSocket?: WebSocketClass
}

/** The options of a client over WebSockets alone. */
export interface LightClientOptions extends Omit<ClientOptions, 'socket'> {
  /** Options of the WebSocket. */
  readonly socket?: LightSocketOptions
}

const NAMES: Readonly<Record<keyof LightSocketOptions, true>> = {
  path: true,
  addTrailingSlash: true,
  query: true,
  protocols: true,
  forceNew: true,
  WebSocket: true,
}

/** For development: throws `INVALID_ARGUMENT` for an option that means nothing here, or has the wrong type. */
export function assertLightOptions({ existingSocket }: ClientOptions | ExistingSocketOptions): void {
  if (existingSocket !== undefined) throw notHere('existingSocket')
}

/** The same for the options of `socket`. */
export function assertLightSocketOptions({ WebSocket, ...options }: LightSocketOptions): void {
  for (const name of Object.keys(options))
    if (isSocketOption(name) && !Object.hasOwn(NAMES, name)) throw notHere(`socket.${name}`)
  assertSocketOptions(options)
  if (WebSocket !== undefined && typeof WebSocket !== 'function')
    throw new RoomfulError('INVALID_ARGUMENT', 'socket.WebSocket: expected a class, such as that of the package ws')
}

function notHere(name: string): RoomfulError {
  const sentence = `${name} is not accepted by @roomful/client/light, which has WebSockets only: use createClient of @roomful/client`
  return new RoomfulError('INVALID_ARGUMENT', sentence)
}
