export interface ServerAddress {
  readonly url: string
  /** Set if the requested address is invalid; then `url` is the default address. */
  readonly problem?: string
  /** The page's address names a server that is not the usual one: a link from anywhere can do that, so that the user is asked. */
  readonly isOther?: true
}

interface Page {
  readonly protocol: string
  readonly hostname: string
  readonly search: string
}

/** The server's address: `?server=URL`, otherwise the address in the build, otherwise port 3001 of the page's host. */
export function serverAddress({ protocol, hostname, search }: Page, builtIn: string | undefined): ServerAddress {
  const defaultUrl = `${protocol}//${hostname}:3001`
  const usualUrl = (builtIn !== undefined && originOf(builtIn)) || defaultUrl
  const requested = new URLSearchParams(search).get('server') ?? builtIn
  if (requested === undefined) return { url: defaultUrl }
  const url = originOf(requested)
  if (url !== undefined) return url === usualUrl ? { url } : { url, isOther: true }
  return {
    url: defaultUrl,
    problem: `“${shortened(requested)}” is not the address of a server: expected something like http://localhost:3001`,
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
