/** What engine.io-client tells of a transport that failed. */
interface TransportFailure {
  readonly message?: string
  /** The status of the answer, an error, or the event of a WebSocket. */
  readonly description?: unknown
  /** The request. */
  readonly context?: { readonly responseText?: unknown; readonly statusText?: unknown }
}

const PATH_HINT = 'is socket.path right?'
export const NAMESPACE_HINT = 'the path of the url is the namespace; the path of the server is socket.path'
export const OLD_SERVER = 'the server has Socket.IO 2 or older: version 3 or later is needed'
export const WEB_PAGE: string = `a web page answers, not Socket.IO: ${PATH_HINT}`
export const NOT_SOCKET_IO: string = `a server answers that is not Socket.IO: ${PATH_HINT}`

/**
 * What answered instead of Socket.IO; in development with a hint: "status 404: is socket.path right?". Without an address,
 * CORS cannot be the reason.
 */
export function failureSentence(error: unknown, address?: string): string {
  const { message = '', description, context } = (error ?? {}) as TransportFailure
  if (message.includes('v2.x')) return OLD_SERVER // socket.io-client's own sentence
  const detail = detailOf(description)
  const status = typeof description === 'number' ? description : Number(/server response: (\d+)/.exec(detail)?.[1])
  if (status > 0) return `status ${status}${bodyOf(context?.responseText)}${hintOf(status)}`
  const systemError = detailOf(context?.statusText) || detail
  if (systemError) return systemError
  if (process.env.NODE_ENV === 'production') return 'no answer'
  return address !== undefined && isOtherOrigin(address)
    ? `no answer that this page may read: no server at this address, no network, or its CORS options do not allow ${location.origin}`
    : 'no answer: no server at this address, no network, or a proxy that does not pass WebSockets'
}

function detailOf(value: unknown): string {
  const { message } = (value ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : ''
}

/** A short answer is the server's own reason; a web page is of no help. Without queries: the url may have a token in its query. */
function bodyOf(text: unknown): string {
  if (typeof text !== 'string' || text === '') return ''
  return isWebPage(text) ? ', a web page' : `, ${text.replace(/\?[^\s"'`\\]+/g, '').slice(0, 100)}`
}

export function isWebPage(text: string): boolean {
  return /^\s*</.test(text)
}

function hintOf(status: number): string {
  return process.env.NODE_ENV === 'production' ? '' : `: ${causeOf(status)}`
}

function causeOf(status: number): string {
  if (status === 404) return PATH_HINT
  if (status === 401 || status === 403)
    return 'the server or a proxy does not allow the request (origin, allowRequest, sign-in)'
  if (status === 413) return 'a message is too large for the server or a proxy'
  if (status < 300) return NOT_SOCKET_IO
  if (status < 400) return 'a redirect is not followed: check the address, socket.path and socket.addTrailingSlash'
  if (status > 501 && status < 505) return 'a proxy does not reach the server behind it'
  return status < 500 ? 'the server does not accept the request' : 'the server has failed'
}

function isOtherOrigin(address: string): boolean {
  return typeof location === 'object' && !address.startsWith('/') && !`${address}/`.startsWith(`${location.origin}/`)
}
