import { isIP } from 'node:net'

/**
 * An IP address in one form: IPv6 as RFC 5952 writes it, an IPv4-mapped IPv6 address as IPv4, without zone and port.
 * undefined for any other text.
 */
export function parseIp(text: string): string | undefined {
  const ip = withoutPort(text.trim()).replace(/%.*$/, '')
  const version = isIP(ip)
  if (version !== 6) return version === 4 ? ip : undefined
  const canonical = new URL(`http://[${ip}]`).hostname.slice(1, -1)
  const groups = groupsOf(canonical)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff
  if (!isMapped) return canonical
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The part of an address that one customer of a provider has: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function networkOf(ip: string): string {
  if (isIP(ip) === 4) return ip
  const prefix = groupsOf(ip).slice(0, 4)
  return `${prefix.map((group) => group.toString(16)).join(':')}::/64`
}

/** Some proxies write `192.0.2.1:5678` or `[2001:db8::1]:5678`. */
function withoutPort(text: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
}

/** The eight groups of an IPv6 address without dots. */
function groupsOf(ip: string): number[] {
  const [head = [], tail = []] = ip.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16))
}
