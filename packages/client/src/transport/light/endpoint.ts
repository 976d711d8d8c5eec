import { assertReachable } from '../address.ts'
import type { LightSocketOptions } from './light-options.ts'

export interface Endpoint {
  /** The address of the WebSocket. */
  readonly url: string
  readonly nsp: string
}

/** Not by `new URL`: in older versions of React Native its parts throw. The user and the password are left out. */
const ADDRESS = /^(?:(\w+):)?\/\/(?:[^/]*@)?([^/]*)(.*)/

/** Where the WebSocket of an address is, as Socket.IO has it: the path of the address is the namespace. */
export function endpointOf(
  address: string,
  { path = '/socket.io', addTrailingSlash = true, query }: LightSocketOptions,
): Endpoint {
  assertReachable(address)
  const full = /^\/(?!\/)/.test(address) ? `//${location.host}${address}` : address
  const [, protocol = location.protocol, host, nsp] = ADDRESS.exec(full) ?? []
  const scheme = /^(https|wss)/.test(protocol) ? 'wss' : 'ws'
  const pairs = Object.entries({ ...query, EIO: '4', transport: 'websocket' })
  const search = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  return {
    url: `${scheme}://${host}${path.replace(/\/$/, '')}${addTrailingSlash ? '/' : ''}?${search}`,
    nsp: nsp || '/',
  }
}
