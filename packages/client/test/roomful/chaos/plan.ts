import { between, type Random } from './random.ts'

/** Faults of the network between one page and a server, or between a node and Redis. */
export type NetworkFault =
  | 'cut'
  | 'reset'
  | 'stall'
  | 'strand'
  | 'delay'
  | 'drop to server'
  | 'drop to client'
  | 'silence'
  | 'refuse'

/** What can have faults, and which. */
interface Kinds {
  page: NetworkFault | 'reload' | 'leave' | 'put out' | 'ban' | 'bye'
  server: 'freeze' | 'terminate' | 'kill' | 'crash before the commit' | 'crash after the commit'
  /** The connections between a node and Redis. */
  link: NetworkFault | 'end subscriptions'
  redis: 'freeze' | 'kill' | 'end connections'
}
type Place = keyof Kinds

interface Kind<On extends Place> {
  readonly on: On
  readonly kind: Kinds[On]
}

interface Weighted {
  readonly weight: number
  /** Its longest duration, in milliseconds. */
  readonly longestMs: number
}

interface Planned {
  /** Milliseconds from the beginning. */
  readonly at: number
  /** Which page, server or link. */
  readonly index: number
  readonly forMs: number
}

export type FaultOf<On extends Place> = Kind<On> & Planned
/** A fault of the servers or of what is behind them. */
export type BackendFault = FaultOf<'server'> | FaultOf<'link'> | FaultOf<'redis'>
export type Fault = FaultOf<'page'> | BackendFault
type AnyKind = (Kind<'page'> | Kind<'server'> | Kind<'link'> | Kind<'redis'>) & Weighted

const pageKinds = kindsOf('page', [
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
])

const ofOneServer: readonly AnyKind[] = [
  ...pageKinds,
  ...kindsOf('server', [
    ['freeze', 2, 900],
    ['terminate', 1.5, 300],
    ['kill', 1.5, 300],
    ['crash before the commit', 1.5, 300],
    ['crash after the commit', 1.5, 300],
  ]),
]

const ofNodes: readonly AnyKind[] = [
  ...pageKinds,
  ...kindsOf('server', [
    ['freeze', 4, 5_000],
    ['terminate', 3, 300],
    ['kill', 3, 300],
    ['crash before the commit', 3, 300],
    ['crash after the commit', 3, 300],
  ]),
  ...kindsOf('link', [
    ['cut', 8, 0],
    ['reset', 6, 0],
    ['stall', 6, 4_000],
    ['strand', 4, 2_000],
    ['delay', 6, 1_500],
    ['drop to server', 4, 1_000],
    ['drop to client', 4, 1_000],
    ['silence', 3, 1_000],
    ['refuse', 3, 800],
    ['end subscriptions', 8, 0],
  ]),
  ...kindsOf('redis', [
    ['freeze', 2, 3_500],
    ['kill', 4, 300],
    ['end connections', 4, 0],
  ]),
]

function kindsOf<On extends Place>(
  on: On,
  kinds: readonly (readonly [kind: Kinds[On], weight: number, longestMs: number])[],
): (Kind<On> & Weighted)[] {
  return kinds.map(([kind, weight, longestMs]) => ({ on, kind, weight, longestMs }))
}

/** A fault every 60 to 260 ms for this time; the same plan for the same random numbers. `nodes`: 0 for one server without Redis. */
export function planFaults(
  random: Random,
  { clients, nodes }: { readonly clients: number; readonly nodes: number },
  milliseconds: number,
): Fault[] {
  const kinds = nodes === 0 ? ofOneServer : ofNodes
  const counts: Readonly<Record<Place, number>> = { page: clients, server: nodes || 1, link: nodes, redis: 1 }
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0)
  const faults: Fault[] = []
  for (let at = between(random, 60, 260); at < milliseconds; at += between(random, 60, 260)) {
    let ticket = random() * total
    const { weight: _, longestMs, ...kind } = kinds.find(({ weight }) => (ticket -= weight) < 0) ?? kinds[0]!
    const index = between(random, 0, counts[kind.on] - 1)
    faults.push({ ...kind, at, index, forMs: between(random, longestMs / 10, longestMs) })
  }
  return faults
}
