import type { Packet } from './packet.ts'
import { shuffled } from './random.ts'

/** Which packets are meant: an event's name, or a function. */
export type PacketFilter = string | ((packet: Packet) => boolean)

/** What a client is told that may not connect: as in `next(error)`, `data` travels too. */
export interface ConnectRefusal {
  readonly message: string
  readonly data?: unknown
}

type Deliver = () => void

interface Rule {
  /** The call that ordered it. */
  readonly name: string
  /** Of which line, in which direction, it takes packets: `undefined` until it met one. */
  way: unknown
  readonly fits: (packet: Packet) => boolean
  /** Whether it has done what it had to do. */
  readonly take: (deliver: Deliver) => boolean
}

/** What goes wrong on all lines of one server. */
export class Faults {
  delayMs = 0
  isOffline = false
  refusal: ConnectRefusal | undefined
  readonly #random: () => number
  readonly #expired = new Set<string>()
  #rules: Rule[] = []
  /** What is held back, to be let go when all is well again. */
  readonly #held = new Set<() => void>()

  constructor(random: () => number) {
    this.#random = random
  }

  dropNext(filter?: PacketFilter): void {
    this.#rules.push({ name: 'dropNext', way: undefined, fits: asFunction(filter), take: () => true })
  }

  duplicateNext(filter?: PacketFilter): void {
    const twice = (deliver: Deliver): boolean => {
      deliver()
      deliver()
      return true
    }
    this.#rules.push({ name: 'duplicateNext', way: undefined, fits: asFunction(filter), take: twice })
  }

  reorderNext(count: number, filter: PacketFilter | undefined, withinMs: number): void {
    const held: Deliver[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const release = (): void => {
      clearTimeout(timer)
      this.#held.delete(release)
      this.#rules = this.#rules.filter((other) => other !== rule)
      for (const deliver of shuffled(held.splice(0), this.#random)) deliver()
    }
    const take = (deliver: Deliver): boolean => {
      held.push(deliver)
      this.#held.add(release)
      timer ??= setTimeout(release, withinMs)
      if (held.length === count) release()
      return false // release() takes the rule away
    }
    const rule: Rule = { name: 'reorder', way: undefined, fits: asFunction(filter), take }
    this.#rules.push(rule)
  }

  /** Hands a packet on, or does to it what was ordered. `way` stands for its line and direction. */
  carry(packet: Packet, way: unknown, deliver: Deliver): void {
    const rule = this.#rules.find((each) => (each.way ?? way) === way && this.#fits(each, packet))
    if (!rule) return deliver()
    rule.way = way
    if (rule.take(deliver)) this.#rules.splice(this.#rules.indexOf(rule), 1)
  }

  /** A filter that throws must not break the connection on which it is asked: it fails by itself, and is not asked again. */
  #fits(rule: Rule, packet: Packet): boolean {
    try {
      return rule.fits(packet)
    } catch (cause) {
      this.#rules = this.#rules.filter((other) => other !== rule)
      queueMicrotask(() => {
        throw new Error(`the filter of ${rule.name}() threw: ${String(cause)}`, { cause })
      })
      return false
    }
  }

  /** Whoever comes with these credentials again is refused. Whether there are any. */
  expire(auth: unknown): boolean {
    const credentials = credentialsOf(auth)
    if (credentials !== undefined) this.#expired.add(credentials)
    return credentials !== undefined
  }

  /** Why a client may not connect, if it may not. */
  refusalOf(auth: unknown): ConnectRefusal | undefined {
    if (this.refusal) return this.refusal
    const credentials = credentialsOf(auth)
    const isExpired = credentials !== undefined && this.#expired.has(credentials)
    return isExpired ? { message: 'the token has expired', data: { code: 'TOKEN_EXPIRED' } } : undefined
  }

  /** All is well again; what was held back arrives. */
  end(): void {
    this.delayMs = 0
    this.isOffline = false
    this.refusal = undefined
    this.#expired.clear()
    for (const release of this.#held) release()
    this.#rules = []
  }
}

/** Socket.IO's client adds `pid` and `offset` of its own when it comes back to a server that recovers state. */
function credentialsOf(auth: unknown): string | undefined {
  if (typeof auth !== 'object' || auth === null) return undefined
  const credentials = JSON.stringify({ ...auth, pid: undefined, offset: undefined })
  return credentials === '{}' ? undefined : credentials
}

function asFunction(filter: PacketFilter | undefined): (packet: Packet) => boolean {
  if (typeof filter === 'function') return filter
  return ({ type, event }) => type === 'event' && (filter === undefined || event === filter)
}
