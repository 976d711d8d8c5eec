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
    this.#rules.push({ way: undefined, fits: asFunction(filter), take: () => true })
  }

  duplicateNext(filter?: PacketFilter): void {
    const twice = (deliver: Deliver): boolean => {
      deliver()
      deliver()
      return true
    }
    this.#rules.push({ way: undefined, fits: asFunction(filter), take: twice })
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
    const rule: Rule = { way: undefined, fits: asFunction(filter), take }
    this.#rules.push(rule)
  }

  /** Hands a packet on, or does to it what was ordered. `way` stands for its line and direction. */
  carry(packet: Packet, way: unknown, deliver: Deliver): void {
    const rule = this.#rules.find((each) => (each.way ?? way) === way && each.fits(packet))
    if (!rule) return deliver()
    rule.way = way
    if (rule.take(deliver)) this.#rules.splice(this.#rules.indexOf(rule), 1)
  }

  /** Whoever comes with these credentials again is refused. */
  expire(auth: unknown): void {
    this.#expired.add(JSON.stringify(auth))
  }

  /** Why a client may not connect, if it may not. */
  refusalOf(auth: unknown): ConnectRefusal | undefined {
    if (this.refusal) return this.refusal
    const isExpired = auth !== undefined && this.#expired.has(JSON.stringify(auth))
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

function asFunction(filter: PacketFilter | undefined): (packet: Packet) => boolean {
  if (typeof filter === 'function') return filter
  return ({ type, event }) => type === 'event' && (filter === undefined || event === filter)
}
