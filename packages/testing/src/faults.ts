import { packedEvents } from './packed-events.ts'
import type { Packet } from './packet.ts'
import { shuffled } from './random.ts'

/**
 * Selects packets: an event's name, or a function that returns true for the packets that it selects. A pack of room events
 * (`$events`) is selected with each of its events: the function is called for them, too.
 */
export type PacketFilter = string | ((packet: Packet) => boolean)

/** The answer to a client that may not connect; `data` travels with it, as in `next(error)` of a middleware. */
export interface ConnectRefusal {
  readonly message: string
  readonly data?: unknown
}

type Deliver = () => void
/** The name of the mock server's method. */
export type FaultName = 'dropNext' | 'duplicateNext' | 'reorder'

/** A fault of single packets, from the call that requests it until it has finished. */
interface PacketFault {
  /** For error messages. */
  readonly name: FaultName
  /** Set by the first packet: from then on only packets of the same connection and direction are affected. */
  channel: unknown
  readonly matches: (packet: Packet) => boolean
  /** Takes the packet over. Returns whether the fault has finished. */
  readonly take: (deliver: Deliver) => boolean
}

/** The faults of one mock server. All its connections share them. */
export class Faults {
  delayMs = 0
  isOffline = false
  refusal: ConnectRefusal | undefined
  readonly #random: () => number
  readonly #expired = new Set<string>()
  #packetFaults: PacketFault[] = []
  /** Each delivers the packets that one `reorder()` holds back. */
  readonly #releases = new Set<() => void>()

  constructor(random: () => number) {
    this.#random = random
  }

  dropNext(filter?: PacketFilter): void {
    this.#packetFaults.push({ name: 'dropNext', channel: undefined, matches: matcherOf(filter), take: () => true })
  }

  duplicateNext(filter?: PacketFilter): void {
    const deliverTwice = (deliver: Deliver): boolean => {
      deliver()
      deliver()
      return true
    }
    this.#packetFaults.push({
      name: 'duplicateNext',
      channel: undefined,
      matches: matcherOf(filter),
      take: deliverTwice,
    })
  }

  reorderNext(count: number, filter: PacketFilter | undefined, withinMs: number): void {
    const held: Deliver[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const release = (): void => {
      clearTimeout(timer)
      this.#releases.delete(release)
      this.#remove(fault)
      for (const deliver of shuffled(held.splice(0), this.#random)) deliver()
    }
    const take = (deliver: Deliver): boolean => {
      held.push(deliver)
      this.#releases.add(release)
      timer ??= setTimeout(release, withinMs)
      if (held.length === count) release()
      return false // release() removes the fault
    }
    const fault: PacketFault = { name: 'reorder', channel: undefined, matches: matcherOf(filter), take }
    this.#packetFaults.push(fault)
  }

  /** Whether a packet may be delayed, held back or delivered twice. */
  get hasPacketFaults(): boolean {
    return this.delayMs > 0 || this.#packetFaults.length > 0
  }

  /**
   * Delivers a packet, unless a fault takes it over: then returns the name of the fault. `channel` stands for the packet's
   * connection and direction.
   */
  apply(packet: Packet, channel: unknown, deliver: Deliver): FaultName | undefined {
    const fault = this.#packetFaults.find(
      (each) => (each.channel ?? channel) === channel && this.#matches(each, packet),
    )
    if (!fault) {
      deliver()
      return undefined
    }
    fault.channel = channel
    if (fault.take(deliver)) this.#packetFaults.splice(this.#packetFaults.indexOf(fault), 1)
    return fault.name
  }

  /** An exception in a filter must not break the connection: it becomes an uncaught error, and its fault is removed. */
  #matches(fault: PacketFault, packet: Packet): boolean {
    try {
      return fault.matches(packet)
    } catch (cause) {
      this.#remove(fault)
      queueMicrotask(() => {
        throw new Error(`the filter of ${fault.name}() threw: ${String(cause)}`, { cause })
      })
      return false
    }
  }

  #remove(fault: PacketFault): void {
    this.#packetFaults = this.#packetFaults.filter((other) => other !== fault)
  }

  /** Refuses clients with these credentials from now on. Returns false if there are no credentials in `auth`. */
  expire(auth: unknown): boolean {
    const credentials = credentialsOf(auth)
    if (credentials !== undefined) this.#expired.add(credentials)
    return credentials !== undefined
  }

  /** The refusal for a client with these credentials; undefined if it may connect. */
  refusalOf(auth: unknown): ConnectRefusal | undefined {
    if (this.refusal) return this.refusal
    const credentials = credentialsOf(auth)
    const isExpired = credentials !== undefined && this.#expired.has(credentials)
    return isExpired ? { message: 'the token has expired', data: { code: 'TOKEN_EXPIRED' } } : undefined
  }

  /** Ends all faults and delivers the packets that they held back. */
  end(): void {
    this.delayMs = 0
    this.isOffline = false
    this.refusal = undefined
    this.#expired.clear()
    for (const release of this.#releases) release()
    this.#packetFaults = []
  }
}

/** Leaves out `pid` and `offset`, which Socket.IO's client adds itself when it recovers a connection's state. */
function credentialsOf(auth: unknown): string | undefined {
  if (typeof auth !== 'object' || auth === null) return undefined
  const credentials = JSON.stringify({ ...auth, pid: undefined, offset: undefined })
  return credentials === '{}' ? undefined : credentials
}

function matcherOf(filter: PacketFilter | undefined): (packet: Packet) => boolean {
  const matches = typeof filter === 'function' ? filter : namedBy(filter)
  return (packet) => matches(packet) || packedEvents(packet).some((event) => matches(event))
}

function namedBy(name: string | undefined): (packet: Packet) => boolean {
  return ({ type, event }) => type === 'event' && (name === undefined || event === name)
}
