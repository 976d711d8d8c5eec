import type { Entrance } from './entrance.ts'
import type { FrameConnection, Wire } from './frame-connection.ts'
import type { Frame } from './packet.ts'

/** Between packets of one payload, in engine.io's protocol. */
const SEPARATOR = '\u001e'
const CLOSE = '1'
const NOTHING_NEW = '6'
const NORMAL = 1000

/** Carries frames in the answers to polls: one waits for news, and takes all there is. */
class PollingWire implements Wire {
  readonly name = 'polling'
  /** The client has been told, or never will be. */
  isOver = false
  #isClosing = false
  #frames: string[] = []
  #answer: ((payload: string | undefined) => void) | undefined

  send(frame: Frame): void {
    this.#frames.push(typeof frame === 'string' ? frame : `b${base64(frame)}`)
    // What is said in one breath goes with one answer.
    queueMicrotask(() => this.#flush())
  }

  close(code: number): void {
    this.#isClosing = true
    if (code === NORMAL) return this.#flush()
    this.isOver = true
    this.#answer?.(undefined)
  }

  /** The next payload; undefined where the network is gone. */
  poll(): Promise<string | undefined> {
    this.#answer?.(NOTHING_NEW)
    return new Promise((resolve) => {
      this.#answer = resolve
      if (this.isOver) resolve(undefined)
      else this.#flush()
    })
  }

  #flush(): void {
    if (!this.#answer || (this.#frames.length === 0 && !this.#isClosing)) return
    // The end comes alone: clients would forget over it what came with it.
    this.isOver = this.#frames.length === 0
    this.#answer(this.isOver ? CLOSE : this.#frames.splice(0).join(SEPARATOR))
    this.#answer = undefined
  }
}

/** Engine.io's polling, without its upgrade: requests in, responses out. */
export class PollingSessions {
  readonly #entrance: Entrance
  readonly #sessions = new Map<string, { readonly wire: PollingWire; readonly connection: FrameConnection }>()

  constructor(entrance: Entrance) {
    this.#entrance = entrance
  }

  /** Undefined where the network is gone. */
  async answer(request: Request): Promise<Response | undefined> {
    if (!this.#entrance.isOpen()) return undefined
    const url = new URL(request.url)
    const sid = url.searchParams.get('sid')
    const session = sid === null ? this.#open(url) : this.#sessions.get(sid)
    if (!session) return Response.json({ code: 1, message: 'Session ID unknown' }, { status: 400 })
    if (request.method === 'GET') {
      const news = await session.wire.poll()
      if (session.wire.isOver) this.#sessions.delete(session.connection.id)
      return payload(news)
    }
    for (const frame of (await request.text()).split(SEPARATOR)) session.connection.receive(frame)
    return payload('ok')
  }

  #open(url: URL): { wire: PollingWire; connection: FrameConnection } {
    const wire = new PollingWire()
    const connection = this.#entrance.enter(wire, url)
    this.#sessions.set(connection.id, { wire, connection })
    return { wire, connection }
  }
}

function payload(text: string | undefined): Response | undefined {
  return text === undefined
    ? undefined
    : new Response(text, { headers: { 'content-type': 'text/plain; charset=UTF-8' } })
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
