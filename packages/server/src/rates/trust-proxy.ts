import { BlockList, isIP } from 'node:net'
import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { parseIp } from './ip.ts'

/** The proxies in front of the server: how many, or their networks. */
export type TrustProxy = number | readonly string[]

/** Whether an address is that of a proxy of the app. `hop` is 0 for the peer of the connection, 1 for the address before it, … */
export type IsProxy = (ip: string, hop: number) => boolean

/** Names for networks, as in Express. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** @throws RoomfulError `INVALID_ARGUMENT` */
export function isProxyBy(trustProxy: TrustProxy): IsProxy {
  if (typeof trustProxy === 'number') {
    if (!Number.isSafeInteger(trustProxy) || trustProxy < 0) throw invalid(trustProxy)
    return (_ip, hop) => hop < trustProxy
  }
  if (!Array.isArray(trustProxy)) throw invalid(trustProxy)
  const list = new BlockList()
  for (const network of (trustProxy as readonly unknown[]).flatMap(named)) addNetwork(list, network)
  return (ip) => isIn(list, ip)
}

/** Addresses of this machine, and those of private networks: a peer from there may be a proxy. */
const loopback = new BlockList()
const nearby = new BlockList()
for (const network of NETWORKS['loopback'] ?? []) addNetwork(loopback, network)
for (const network of Object.values(NETWORKS).flat()) addNetwork(nearby, network)

export function isLoopback(ip: string): boolean {
  return isIn(loopback, ip)
}

export function isNearby(ip: string): boolean {
  return isIn(nearby, ip)
}

function isIn(list: BlockList, ip: string): boolean {
  return list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')
}

function named(network: unknown): readonly unknown[] {
  return (typeof network === 'string' && Object.hasOwn(NETWORKS, network) && NETWORKS[network]) || [network]
}

function addNetwork(list: BlockList, network: unknown): void {
  const [, address = '', length] = (typeof network === 'string' && /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network)) || []
  const ip = parseIp(address)
  if (ip === undefined) throw invalid(network)
  const bits = isIP(ip) === 6 ? 128 : 32
  // The prefix of an IPv4-mapped network counts the 96 bits before the IPv4 address.
  const mapped = isIP(address) === 6 && bits === 32 ? 96 : 0
  const prefix = length === undefined ? bits : Number(length) - mapped
  if (prefix < 0 || prefix > bits) throw invalid(network)
  list.addSubnet(ip, prefix, bits === 128 ? 'ipv6' : 'ipv4')
}

function invalid(value: unknown): RoomfulError {
  return new RoomfulError(
    'INVALID_ARGUMENT',
    `createRooms: trustProxy must be the number of proxies, or a list of networks such as "10.0.0.0/8" or "loopback", got ${describe(value)}`,
  )
}
