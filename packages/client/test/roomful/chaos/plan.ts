import { between, type Random } from './random.ts'

/** Faults of the network between one page and the server, and of the page itself. */
export type PageFault =
  | 'cut'
  | 'reset'
  | 'stall'
  | 'strand'
  | 'delay'
  | 'drop to server'
  | 'drop to client'
  | 'silence'
  | 'refuse'
  | 'reload'
  | 'leave'
  | 'put out'
  | 'ban'
  | 'bye'

/** Faults of the server. */
export type ServerFault = 'freeze' | 'terminate' | 'kill' | 'crash before the commit' | 'crash after the commit'

export interface Fault {
  /** Milliseconds from the beginning. */
  readonly at: number
  readonly client: number
  readonly kind: PageFault | ServerFault
  readonly forMs: number
}

/** Each fault with its weight, and its longest duration in milliseconds. */
const kinds: readonly (readonly [Fault['kind'], weight: number, longestMs: number])[] = [
  ['cut', 12, 0],
  ['reset', 10, 0],
  ['stall', 12, 1_200],
  ['strand', 5, 1_000],
  ['delay', 12, 1_500],
  ['drop to server', 9, 600],
  ['drop to client', 9, 600],
  ['silence', 6, 1_000],
  ['refuse', 4, 800],
  ['reload', 12, 400],
  ['leave', 4, 300],
  ['put out', 9, 0],
  ['ban', 6, 500],
  ['bye', 6, 0],
  ['freeze', 2, 900],
  ['terminate', 1.5, 300],
  ['kill', 1.5, 300],
  ['crash before the commit', 1.5, 300],
  ['crash after the commit', 1.5, 300],
]
const total = kinds.reduce((sum, [, weight]) => sum + weight, 0)

/** A fault every 60 to 260 ms for this time; the same plan for the same random numbers. */
export function planFaults(random: Random, clients: number, milliseconds: number): Fault[] {
  const faults: Fault[] = []
  for (let at = between(random, 60, 260); at < milliseconds; at += between(random, 60, 260)) {
    let ticket = random() * total
    const [kind, , longestMs] = kinds.find(([, weight]) => (ticket -= weight) < 0) ?? kinds[0]!
    faults.push({
      at,
      client: between(random, 0, clients - 1),
      kind,
      forMs: between(random, longestMs / 10, longestMs),
    })
  }
  return faults
}
