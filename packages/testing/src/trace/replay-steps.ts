import { RoomfulError } from '@roomful/contract'
import { isObject, wire } from '@roomful/contract/protocol'
import type { Trace, TraceEntry, TraceError } from './trace.ts'
import { decodeValue, isOmitted } from './trace-values.ts'

/** What a client sent: an event, and the room that it is for, where it names one. */
export interface Request {
  readonly event: string
  readonly room: string | undefined
  /** The ids of the messages in a `$publish`. */
  readonly ids: readonly string[]
}

/** What the server of a replay does next: `entry` is the index in the trace, `at` its time. */
export type ReplayStep = { readonly entry: number; readonly at: number } & (
  | { readonly type: 'accept' }
  | { readonly type: 'refuse'; readonly error: TraceError }
  | { readonly type: 'emit'; readonly event: string; readonly args: readonly unknown[]; readonly asks: boolean }
  /** Waits for a request of the client. */
  | { readonly type: 'expect'; readonly call: string; readonly request: Request }
  /** Answers the request that `expect` has found. */
  | { readonly type: 'answer'; readonly call: string; readonly args: readonly unknown[] }
  /** Answers such a request of the client, whenever it comes. */
  | { readonly type: 'offer'; readonly request: Request; readonly args: readonly unknown[] }
  | { readonly type: 'end'; readonly kicked: boolean }
)

/** Requests that a client makes when it thinks fit: the replay answers them, and does not wait for them. */
const BACKGROUND: ReadonlySet<string> = new Set([wire.auth, wire.presence, wire.leave])
/** Requests that the client makes by itself, to follow its rooms. All others are the app's. */
const OWN: ReadonlySet<string> = new Set([wire.join, wire.history])

/** Whether the replay waits for this request of the client. */
function isExpected(event: string, skipsSends: boolean): boolean {
  return !BACKGROUND.has(event) && (OWN.has(event) || !skipsSends)
}

/** The requests in one packet of a client: a `$join` of several rooms is one for each. */
export function requestsIn(event: string, args: readonly unknown[]): readonly Request[] {
  const [first] = args
  if (event === wire.join && isObject(first) && Array.isArray(first['rooms']))
    return first['rooms'].map((join: unknown) => ({ event, room: roomOf(join), ids: [] }))
  const items: readonly unknown[] = isObject(first) && Array.isArray(first['items']) ? first['items'] : []
  const ids = items.flatMap((item) => (isObject(item) && typeof item['id'] === 'string' ? item['id'] : []))
  return [{ event, room: roomOf(first), ids }]
}

function roomOf(request: unknown): string | undefined {
  const room = isObject(request) ? request['room'] : undefined
  return typeof room === 'string' ? room : undefined
}

/** The steps of a trace. Throws `INVALID` where the trace cannot be replayed. */
export function stepsOf({ entries }: Trace, skipsSends: boolean): ReplayStep[] {
  const first = entries.findIndex(({ type }) => type === 'opened')
  if (first < 0)
    throw cannotReplay(
      'the trace has no connection from its beginning: begin the recording before the client connects, or cut the connection once while it is recorded',
    )
  const steps: ReplayStep[] = []
  /** Packets that came before the connection was open, which is how Flask-SocketIO sends them. */
  let early: ReplayStep[] = []
  let isOpen = false
  /** The requests of calls that are not answered, by their number. */
  const calls = new Map<number, readonly Request[]>()
  entries.forEach((entry, index) => {
    const place = { entry: index, at: entry.at }
    if (entry.type === 'attempt') early = []
    else if (entry.type === 'opened') {
      isOpen = true
      steps.push({ type: 'accept', ...place }, ...early.splice(0))
    } else if (entry.type === 'failed') {
      if (entry.refused) steps.push({ type: 'refuse', ...place, error: entry.error })
    } else if (entry.type === 'closed' || entry.type === 'left') {
      if (isOpen && entry.type === 'closed') steps.push({ type: 'end', ...place, kicked: entry.kicked })
      isOpen = false
      calls.clear()
    } else (isOpen ? steps : early).push(...packetSteps(entry, place, calls, skipsSends))
  })
  return steps
}

function packetSteps(
  entry: TraceEntry,
  place: Pick<ReplayStep, 'entry' | 'at'>,
  calls: Map<number, readonly Request[]>,
  skipsSends: boolean,
): ReplayStep[] {
  if (entry.type === 'in') {
    const { event, args, asks = false } = entry
    return [{ type: 'emit', ...place, event, args: read(args, place.entry), asks }]
  }
  if (entry.type === 'out' && entry.call !== undefined) {
    const requests = requestsIn(entry.event, entry.args)
    calls.set(entry.call, requests)
    const [request, second] = requests
    if (!request || second || !isExpected(entry.event, skipsSends)) return []
    return [{ type: 'expect', ...place, call: `${entry.call}.0`, request }]
  }
  if (entry.type !== 'ack') return []
  const { call, event } = entry
  const requests = calls.get(call)
  calls.delete(call)
  const isBackground = BACKGROUND.has(event)
  if (!requests || !(isBackground || isExpected(event, skipsSends))) return []
  const args = read(entry.args, place.entry)
  if (isBackground) return requests.map((request) => ({ type: 'offer', ...place, request, args }))
  if (requests.length === 1) return [{ type: 'answer', ...place, call: `${call}.0`, args }]
  const [answer] = args
  const answers = isObject(answer) && Array.isArray(answer['answers']) ? answer['answers'] : []
  // One after the other: the test may join these rooms one by one.
  return requests.flatMap((request, part): ReplayStep[] => {
    const key = `${call}.${part}`
    return [
      { type: 'expect', ...place, call: key, request },
      { type: 'answer', ...place, call: key, args: part in answers ? [answers[part]] : args },
    ]
  })
}

function read(args: readonly unknown[], index: number): readonly unknown[] {
  if (isOmitted(args)) throw cannotReplay(`entries[${index}] is a packet that was too large to be recorded`)
  return args.map(decodeValue)
}

function cannotReplay(why: string): RoomfulError {
  return new RoomfulError('INVALID', why)
}
