import type { RoomfulError } from '@roomful/contract'
import { invalid } from './mock-options.ts'

/** The host and port that a connection is opened to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** An address as a key for maps: `host:port`. */
export function addressKey({ host, port }: Address): string {
  return `${host}:${port}`
}

/** The address of a URL, as `host:port`; without a port in the URL, the protocol's default port. */
export function addressKeyOf(url: URL): string {
  const port = Number(url.port || (isSecureUrl(url) ? 443 : 80))
  return addressKey({ host: url.hostname.replace(/^\[|\]$/g, ''), port })
}

export function isSecureUrl({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'wss:'
}

/** The error for two mock servers at one address. */
export function addressInUse(key: string): RoomfulError {
  return invalid(`url: another mock server already listens at ${key}; close it first`)
}
