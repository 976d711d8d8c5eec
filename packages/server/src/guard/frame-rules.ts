import { isNestedTooDeeply } from './nesting.ts'

/** A bound that a frame of a client has hit: its connection is closed. */
export type FrameViolation = 'connects' | 'namespaces' | 'nesting'

/** Types of Socket.IO's packets: the first character of a text frame. */
const CONNECT = '0'
const DISCONNECT = '1'
const CONNECT_ERROR = '4'
const BINARY_EVENT = '5'
const BINARY_ACK = '6'

/**
 * Follows the Socket.IO frames of one connection: its namespaces, and the attachments that are still to come. Socket.IO
 * admits a client asynchronously, and until then treats each further CONNECT as another client.
 */
export class FrameRules {
  readonly #maxNamespaces: number
  readonly #isProtocol3: boolean
  /** Those that the client has asked for. A few at most, so that a list takes less memory than a set. */
  readonly #namespaces: string[] = []
  #missingAttachments = 0
  #heldBytes = 0

  constructor(maxNamespaces: number, isProtocol3 = false) {
    this.#maxNamespaces = maxNamespaces
    this.#isProtocol3 = isProtocol3
    // A client of version 2 is in the main namespace without asking.
    if (isProtocol3) this.#namespaces.push('/')
  }

  /** The client is in no namespace and has asked for none. */
  get isUnused(): boolean {
    return this.#namespaces.length === 0
  }

  /** A packet has announced attachments that did not come yet. */
  get isIncomplete(): boolean {
    return this.#missingAttachments > 0
  }

  /** The bytes of attachments whose packet is incomplete. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  received(frame: unknown): FrameViolation | undefined {
    if (typeof frame !== 'string') return this.#receivedBinary(frame)
    switch (frame[0]) {
      case CONNECT:
        return this.#asked(this.#namespaceOf(frame)) ?? violationOf(frame)
      case DISCONNECT:
        this.#leave(this.#namespaceOf(frame))
        return undefined
      case BINARY_EVENT:
      case BINARY_ACK:
        this.#missingAttachments = Math.max(0, Number.parseInt(frame.slice(1, 12), 10) || 0)
        break
    }
    return violationOf(frame)
  }

  sent(frame: unknown): void {
    if (typeof frame !== 'string') return
    if (frame[0] === CONNECT) this.#enter(this.#namespaceOf(frame))
    else if (frame[0] === CONNECT_ERROR || frame[0] === DISCONNECT) this.#leave(this.#namespaceOf(frame))
  }

  #asked(namespace: string): FrameViolation | undefined {
    if (this.#namespaces.includes(namespace)) return 'connects'
    if (this.#namespaces.length >= this.#maxNamespaces) return 'namespaces'
    this.#namespaces.push(namespace)
    return undefined
  }

  #enter(namespace: string): void {
    if (!this.#namespaces.includes(namespace)) this.#namespaces.push(namespace)
  }

  #leave(namespace: string): void {
    const index = this.#namespaces.indexOf(namespace)
    if (index !== -1) this.#namespaces.splice(index, 1)
  }

  #receivedBinary(frame: unknown): undefined {
    if (this.#missingAttachments === 0) return
    this.#missingAttachments -= 1
    this.#heldBytes = this.#missingAttachments === 0 ? 0 : this.#heldBytes + bytesOf(frame)
  }

  #namespaceOf(frame: string): string {
    if (frame[1] !== '/') return '/'
    const comma = frame.indexOf(',')
    const name = frame.slice(1, comma === -1 ? undefined : comma)
    // A client of version 2 sends its query in the name.
    return this.#isProtocol3 ? (name.split('?', 1)[0] ?? name) : name
  }
}

/** The size of a frame in memory; exact for long text, in which one character may have several bytes. */
export function bytesOf(frame: unknown): number {
  if (typeof frame === 'string') return frame.length < 4_096 ? frame.length : Buffer.byteLength(frame)
  const { byteLength = 0, size = 0 } = (frame ?? {}) as { byteLength?: number; size?: number }
  return byteLength || size
}

function violationOf(frame: string): FrameViolation | undefined {
  return isNestedTooDeeply(frame) ? 'nesting' : undefined
}
