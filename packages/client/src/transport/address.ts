export interface Address {
  /** Without the query, which may hold a token. */
  readonly address: string
  readonly query: Readonly<Record<string, string>>
}

/** Separates the query of an address: Socket.IO would give it to the first namespace of a connection only. */
export function parseAddress(url: string): Address {
  const [beforeHash = ''] = url.split('#', 1)
  const start = beforeHash.indexOf('?')
  if (start < 0) return { address: beforeHash, query: {} }
  const pairs = beforeHash
    .slice(start + 1)
    .split('&')
    .filter(Boolean)
  return { address: beforeHash.slice(0, start), query: Object.fromEntries(pairs.map(entryOf)) }
}

/** Throws for a path where there is no page that it could be on. */
export function assertReachable(address: string): void {
  if (address.startsWith('/') && typeof location === 'undefined')
    throw new Error(`the url "${address}" is a path, and there is no page that it could be on`)
}

/** An address for sentences: without the user and password. */
export function withoutUser(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//')
}

function entryOf(pair: string): [name: string, value: string] {
  const end = pair.indexOf('=')
  return end < 0 ? [decoded(pair), ''] : [decoded(pair.slice(0, end)), decoded(pair.slice(end + 1))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a "%" that encodes nothing
  }
}
