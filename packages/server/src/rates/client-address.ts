import { RoomfulError } from '@roomful/contract'
import type { Report } from '../report.ts'
import { networkOf, parseIp } from './ip.ts'
import { type IsProxy, isLoopback, isNearby, isProxyBy, type TrustProxy } from './trust-proxy.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Where a client is. */
interface ClientAddress {
  readonly ip: string
  /** What quotas count by; undefined where it may be a proxy's, and so that of all clients. */
  readonly network: string | undefined
}

export type ReadAddress = (peer: string | undefined, headers: Headers) => ClientAddress

const FORWARDING = ['x-forwarded-for', 'forwarded', 'x-real-ip']

/** Makes the function that finds a client's address, as Express does with `trust proxy`. @throws RoomfulError `INVALID_ARGUMENT` */
export function createReadAddress(trustProxy: TrustProxy | undefined, report: Report): ReadAddress {
  const isProxy = isProxyBy(trustProxy === undefined ? 0 : trustProxy)
  let hasWarned = false

  /** Without `trustProxy`, whether the peer may be a proxy in front of all clients. */
  function mayBeProxy(ip: string, headers: Headers): boolean {
    if (trustProxy !== undefined) return false
    const header = isNearby(ip) ? FORWARDING.find((name) => headers[name] !== undefined) : undefined
    if (header !== undefined && !hasWarned) {
      hasWarned = true
      report(untrusted(ip, header), { during: 'authenticate' })
    }
    return header !== undefined || isLoopback(ip)
  }

  return (peer, headers) => {
    // A peer without an address has come over a Unix socket, from this machine.
    const ip = clientIp(parseIp(peer ?? '') ?? '127.0.0.1', headers['x-forwarded-for'], isProxy)
    return { ip, network: mayBeProxy(ip, headers) ? undefined : networkOf(ip) }
  }
}

/** Walks from the peer to the client, as long as the address is a proxy's. What stands before is the client's own text. */
function clientIp(peer: string, forwarded: string | readonly string[] | undefined, isProxy: IsProxy): string {
  const hops = String(forwarded ?? '').split(',')
  let ip = peer
  for (let hop = 0; isProxy(ip, hop); hop += 1) {
    const before = parseIp(hops.pop() ?? '')
    if (before === undefined) return ip
    ip = before
  }
  return ip
}

function untrusted(ip: string, header: string): RoomfulError {
  return new RoomfulError(
    'INVALID_ARGUMENT',
    `createRooms: clients come through a proxy at ${ip} (header ${header}), so that their addresses are unknown and quotas by address are off: set trustProxy to the number of proxies, or to 0 if there is none`,
  )
}
