import type { MemoryEndpoint } from './memory-endpoint.ts'
import { type MemorySocket, type MemoryTransport, NORMAL_CLOSURE } from './memory-socket.ts'
import type { Frame } from './packet.ts'

/** Separates the packets of one payload in Engine.IO's protocol. */
const SEPARATOR = '\u001e'
const CLOSE_PACKET = '1'
const NOOP_PACKET = '6'

/** Sends frames as answers to long polling requests: an answer takes all frames, and waits while there are none. */
class PollingTransport implements MemoryTransport {
  readonly name = 'polling'
  /** The client has received the close packet, or the connection was cut. */
  isEnded = false
  #isClosing = false
  #frames: string[] = []
  #answer: ((payload: string | undefined) => void) | undefined

  send(frame: Frame): void {
    this.#frames.push(typeof frame === 'string' ? frame : `b${base64(frame)}`)
    // In a microtask, so that frames which are sent together go into one answer.
    queueMicrotask(() => this.#flush())
  }

  close(code: number): void {
    this.#isClosing = true
    if (code === NORMAL_CLOSURE) return this.#flush()
    this.isEnded = true
    this.#answer?.(undefined)
  }

  /** Resolves with the next payload, or with undefined if the connection was cut. */
  poll(): Promise<string | undefined> {
    this.#answer?.(NOOP_PACKET)
    return new Promise((resolve) => {
      this.#answer = resolve
      if (this.isEnded) resolve(undefined)
      else this.#flush()
    })
  }

  #flush(): void {
    if (!this.#answer || (this.#frames.length === 0 && !this.#isClosing)) return
    // The close packet has a payload of its own: clients discard other packets of the payload that closes them.
    this.isEnded = this.#frames.length === 0
    this.#answer(this.isEnded ? CLOSE_PACKET : this.#frames.splice(0).join(SEPARATOR))
    this.#answer = undefined
  }
}

interface Session {
  readonly transport: PollingTransport
  readonly socket: MemorySocket
}

/** Serves Engine.IO's long polling, without the upgrade to WebSocket: takes requests, returns responses. */
export class PollingSessions {
  readonly #endpoint: MemoryEndpoint
  readonly #sessions = new Map<string, Session>()

  constructor(endpoint: MemoryEndpoint) {
    this.#endpoint = endpoint
  }

  /** Resolves with undefined where the request must fail as in a network failure. */
  async answer(request: Request): Promise<Response | undefined> {
    if (!this.#endpoint.isReachable()) return undefined
    const url = new URL(request.url)
    const sid = url.searchParams.get('sid')
    const session = sid === null ? this.#open(url) : this.#sessions.get(sid)
    if (!session) return Response.json({ code: 1, message: 'Session ID unknown' }, { status: 400 })
    if (request.method === 'GET') {
      const payload = await session.transport.poll()
      if (session.transport.isEnded) this.#sessions.delete(session.socket.id)
      return payload === undefined ? undefined : textResponse(payload)
    }
    for (const frame of (await request.text()).split(SEPARATOR)) session.socket.receive(frame)
    return textResponse('ok')
  }

  #open(url: URL): Session {
    const transport = new PollingTransport()
    const session = { transport, socket: this.#endpoint.accept(transport, url) }
    this.#sessions.set(session.socket.id, session)
    return session
  }
}

function textResponse(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/plain; charset=UTF-8' } })
}

function base64(frame: ArrayBuffer | ArrayBufferView): string {
  const bytes =
    frame instanceof ArrayBuffer
      ? new Uint8Array(frame)
      : new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
