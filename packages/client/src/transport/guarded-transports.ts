import { RoomfulError } from '@roomful/contract'
import { describe } from '@roomful/contract/protocol'
import { transports as builtIn } from 'engine.io-client'
import { readHandshake } from './handshake.ts'
import { isWebPage, NOT_SOCKET_IO, OLD_SERVER, WEB_PAGE } from './failure-sentence.ts'

/** What we need to see of a transport's protected side. */
interface Inside {
  readonly readyState: string
  readonly query?: { readonly sid?: string }
  /** The poll that is out, of the transports that poll. */
  readonly pollXhr?: { readonly _xhr: unknown; _cleanup(fromError: boolean): void }
  /** Makes a request, in the transports that poll by XMLHttpRequest. */
  request?(options?: object): { readonly _xhr?: NodeXhr }
  doClose(): void
  onClose(details?: unknown): void
  onData(data: unknown): void
  onPacket(packet: { type: string; data?: string }): void
  onError(reason: string, cause: unknown): unknown
}
/** What stands in for XMLHttpRequest in Node. */
interface NodeXhr {
  readonly readyState: number
  dispatchEvent(event: string): unknown
  onreadystatechange?: (() => void) | null
}
type InsideClass = new (options: object) => Inside
type TransportClass = (typeof builtIn)['websocket']

const DEFAULT_ORDER = ['polling', 'websocket', 'webtransport']

/** Transports whose bad packets end the attempt, as any transport error does, instead of throwing into the page. */
export function guardedTransports(wanted: readonly (string | object)[] = DEFAULT_ORDER): TransportClass[] {
  return wanted.map((transport) => guarded(typeof transport === 'string' ? byName(transport) : transport))
}

function byName(name: string): object {
  if (Object.hasOwn(builtIn, name)) return builtIn[name as keyof typeof builtIn]
  throw new RoomfulError(
    'INVALID_ARGUMENT',
    `socket.transports: expected some of ${DEFAULT_ORDER.join(', ')}, got ${describe(name)}`,
  )
}

function guarded(transport: object): TransportClass {
  const guardedClass = class extends (transport as InsideClass) {
    /** True when `checkAlive` found the connection dead, although it looks open. */
    isDead = false
    #hasHeard = false

    override onData(data: unknown): void {
      this.#guard(() => {
        if (!this.#hasHeard && this.query?.sid === undefined) assertSocketIo(data) // an upgrade begins with a pong
        super.onData(data)
      })
    }

    override onPacket(packet: { type: string; data?: string }): void {
      this.#guard(() => {
        if (packet.type === 'open') assertHandshake(packet.data, this.#hasHeard)
        this.#hasHeard = true
        super.onPacket(packet)
      })
    }

    override request(options?: object): { readonly _xhr?: NodeXhr } {
      const request = super.request!(options)
      if (request._xhr && !isNative(request._xhr)) dispatchWithoutTimer(request._xhr)
      return request
    }

    override onClose(details?: unknown): void {
      // Closed by the other side before a word was said: Socket.IO waits for an error then, and hears of no close.
      if (details !== undefined && !this.#hasHeard) this.onError('closed before the handshake', details)
      super.onClose(details)
    }

    override doClose(): void {
      if (this.readyState === 'opening' || this.isDead) this.#endPoll()
      super.doClose()
    }

    /** Aborts a poll that is still open. Otherwise it would use one of the browser's six connections to the server. */
    #endPoll(): void {
      // Not in Node: what stands in for XMLHttpRequest there throws out of an abort.
      if (isNative(this.pollXhr?._xhr)) this.pollXhr?._cleanup(true)
    }

    #guard(work: () => void): void {
      try {
        work()
      } catch (cause) {
        this.onError('invalid packet', cause)
      }
    }
  }
  return guardedClass as unknown as TransportClass
}

function isNative(xhr: unknown): boolean {
  return typeof XMLHttpRequest === 'function' && xhr instanceof XMLHttpRequest
}

/** In Node, the stand-in for XMLHttpRequest delivers answers by a timer. Under fake timers the client would never connect. */
function dispatchWithoutTimer(xhr: NodeXhr): void {
  xhr.dispatchEvent = (event) => {
    if (event !== 'readystatechange') return
    const notify = (): void => xhr.onreadystatechange?.()
    if (xhr.readyState === 4) void Promise.resolve().then(notify)
    else notify()
  }
}

/** Throws if the first answer is not from Socket.IO: a web page, for example, may have status 200. */
function assertSocketIo(data: unknown): void {
  if (typeof data !== 'string') return
  if (isWebPage(data)) throw new Error(WEB_PAGE)
  if (/^\d+:0\{/.test(data)) throw new Error(OLD_SERVER)
  if (!data.startsWith('0')) throw new Error(NOT_SOCKET_IO)
}

function assertHandshake(data: string | undefined, isLate: boolean): void {
  readHandshake(data)
  if (isLate) throw new Error('a handshake after the first packet')
}
