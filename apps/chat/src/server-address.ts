export interface ServerAddress {
  readonly url: string
  /** Why the address that was asked for is not used; `url` is the usual one then. */
  readonly problem?: string
}

interface Page {
  readonly protocol: string
  readonly hostname: string
  readonly search: string
}

/** Where the server is: `?server=URL`, else the one that was built in, else port 3001 of the page's own host. */
export function serverAddress({ protocol, hostname, search }: Page, builtIn: string | undefined): ServerAddress {
  const usual = `${protocol}//${hostname}:3001`
  const asked = new URLSearchParams(search).get('server') ?? builtIn
  if (asked === undefined) return { url: usual }
  const url = originOf(asked)
  if (url !== undefined) return { url }
  return {
    url: usual,
    problem: `“${shortened(asked)}” is not the address of a server: expected something like http://localhost:3001`,
  }
}

function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { protocol, origin, pathname, search, username } = new URL(address)
  const isServer = /^https?:$/.test(protocol) && pathname === '/' && search === '' && username === ''
  return isServer ? origin : undefined
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
