import { type PublishAnswer, RoomfulError } from '@roomful/contract'
import { isPassing } from '../events/refusal.ts'
import { givenUp, keyOf, type Message, type Outcome, type Settled } from './message.ts'

/** How a room can be written to now. */
export interface Session {
  /** The log's; undefined on a plain server, which has none. */
  readonly epoch: string | undefined
  readonly batchItems: number
  readonly batchBytes: number
  readonly eventBytes: number
}

/** A batch on its way: stored first, then sent. */
export interface Flight {
  readonly id: number
  readonly epoch: string | undefined
  /** As they were before: one without `sentAt` is sent for the first time. */
  readonly messages: readonly Message[]
  readonly isSent: boolean
}

/** One room's messages in order, and what is under way. SPEC.md, rules OB. */
export interface RoomQueue {
  readonly messages: readonly Message[]
  readonly session: Session | undefined
  readonly flight: Flight | undefined
  /** The server asked for a moment. */
  readonly isWaiting: boolean
  /** How many answers in a row took nothing. */
  readonly fruitless: number
  /** How many connections in a row ended with a batch unanswered. */
  readonly deaths: number
  /** How many messages at the front may be what ends them: each goes alone. */
  readonly suspects: number
}

export interface QueueStep {
  readonly queue: RoomQueue
  readonly settled: readonly Settled[]
  /** Wait so long, then go on; `rejoin` asks to be let in again first. */
  readonly wait?: { readonly ms: number; readonly rejoin: boolean }
}

export const emptyQueue: RoomQueue = {
  messages: [],
  session: undefined,
  flight: undefined,
  isWaiting: false,
  fruitless: 0,
  deaths: 0,
  suspects: 0,
}

const DEATHS = 3
/** What is around an item in a batch: its number, its event's name, JSON's own signs. */
const ENVELOPE_BYTES = 128
const FRUITLESS_MS = 100
const LONGEST_FRUITLESS_MS = 5_000
/** The most that a server may ask for. */
const LONGEST_WAIT_MS = 300_000

/** The next batch: from the first that is `mine` on, as long as they are of one page (C4). */
export function nextBatch(
  { messages, suspects }: RoomQueue,
  { batchItems, batchBytes }: Session,
  mine: (message: Message) => boolean,
): Message[] {
  const most = suspects > 0 ? 1 : batchItems
  const batch: Message[] = []
  let bytes = 0
  for (const message of messages.filter(mine)) {
    bytes += message.bytes + ENVELOPE_BYTES
    const [first] = batch
    if (first && (batch.length >= most || bytes > batchBytes || message.cid !== first.cid)) break
    batch.push(message)
  }
  return batch
}

/** Let in: what waits may go. */
export function opened(queue: RoomQueue, session: Session): QueueStep {
  return { queue: { ...queue, session }, settled: [] }
}

export function woken(queue: RoomQueue): QueueStep {
  return { queue: { ...queue, isWaiting: false }, settled: [] }
}

/**
 * The connection is gone: what was sent and not answered is sent again, unless it seems to be what ends connections
 * (C19). `isOurs`: we ended it ourselves.
 */
export function closed(queue: RoomQueue, isOurs: boolean): QueueStep {
  const { flight } = queue
  const next = { ...queue, session: undefined, flight: undefined, isWaiting: false }
  const [front] = flight?.messages ?? []
  if (isOurs || !flight?.isSent || !front) return { queue: next, settled: [] }
  if (queue.deaths + 1 < DEATHS) return { queue: { ...next, deaths: queue.deaths + 1 }, settled: [] }
  if (queue.suspects === 0) return { queue: { ...next, deaths: 0, suspects: flight.messages.length }, settled: [] }
  const error = new RoomfulError('DISCONNECTED', 'each connection on which it was sent ended without an answer')
  return without({ ...next, deaths: 0 }, [givenUp(front, error)])
}

/** What the server said of a batch, which may be one that was sent again meanwhile: the first answer counts (C6, C7). */
export function answered(queue: RoomQueue, flight: Flight, answer: PublishAnswer): QueueStep {
  const isCurrent = queue.flight?.id === flight.id
  const open = isCurrent ? { ...queue, flight: undefined, deaths: 0 } : queue
  // Of a log that is not this one any more: it was sent again, or will be.
  if (answer.results.length > 0 && answer.epoch !== queue.session?.epoch)
    return isCurrent ? paused(open, true, 0, true) : { queue, settled: [] }
  const settled = answer.results
    .slice(0, flight.messages.length)
    .map((result, index) => ({ message: flight.messages[index]!, outcome: outcomeOf(result) }))
  const rest = flight.messages.slice(settled.length)
  const next = without({ ...open, fruitless: settled.length > 0 ? 0 : open.fruitless }, settled)
  if (rest.length === 0 || !isCurrent) return next
  if (answer.code === undefined || !isPassing(answer.code)) {
    const refusal = new RoomfulError(answer.code ?? 'REFUSED', answer.message ?? 'the server refused the messages')
    const more = without(
      next.queue,
      rest.map((message) => givenUp(message, refusal)),
    )
    return { queue: more.queue, settled: [...next.settled, ...more.settled] }
  }
  const rejoin = answer.code === 'EPOCH' || answer.code === 'NOT_MEMBER'
  const waiting = paused(next.queue, answer.results.length === 0, answer.after, rejoin)
  return { ...waiting, settled: next.settled }
}

/** No answer in time, or one that nobody can read: sent again on the same connection (C5). */
export function unanswered(queue: RoomQueue, flight: Flight): QueueStep {
  if (queue.flight?.id !== flight.id) return { queue, settled: [] }
  return paused({ ...queue, flight: undefined }, true, 0, false)
}

/** A plain server's batch, written or not: it will not say more. Where the connection is about to go, the rest waits. */
export function written(queue: RoomQueue, flight: Flight, errors: readonly (RoomfulError | undefined)[]): QueueStep {
  const isCutOff = errors.some((error) => error?.code === 'DISCONNECTED')
  const settled = flight.messages.flatMap((message, index): Settled[] => {
    const error = errors[index]
    if (error?.code === 'DISCONNECTED') return []
    return [{ message, outcome: error ? { state: 'rejected', error } : { state: 'unknown' } }]
  })
  return without({ ...queue, flight: undefined, ...(isCutOff && { session: undefined }) }, settled)
}

/** Takes out what was settled; what is not there any more was settled before, and the first answer counts. */
export function without(queue: RoomQueue, settled: readonly Settled[]): QueueStep {
  if (settled.length === 0) return { queue, settled }
  const ids = new Set(queue.messages.map(keyOf))
  const now = settled.filter(({ message }) => ids.has(keyOf(message)))
  const gone = new Set(now.map(({ message }) => keyOf(message)))
  const messages = queue.messages.filter((message) => !gone.has(keyOf(message)))
  const suspects = Math.max(0, queue.suspects - now.length)
  return { queue: { ...queue, messages, suspects, deaths: now.length > 0 ? 0 : queue.deaths }, settled: now }
}

/** A server that again and again takes nothing, and names no wait, must not be asked in a tight loop. */
function paused(queue: RoomQueue, tookNothing: boolean, after: number | undefined, rejoin: boolean): QueueStep {
  const fruitless = tookNothing ? queue.fruitless + 1 : 0
  const own = fruitless < 2 ? 0 : Math.min(LONGEST_FRUITLESS_MS, FRUITLESS_MS * 2 ** (fruitless - 2))
  const session = rejoin ? undefined : queue.session
  return {
    queue: { ...queue, session, fruitless, isWaiting: true },
    settled: [],
    wait: { ms: Math.min(after || own, LONGEST_WAIT_MS), rejoin },
  }
}

function outcomeOf(result: PublishAnswer['results'][number]): Outcome {
  if (!('code' in result)) return { state: 'confirmed', ...result }
  const { code, message = `the server refused: ${code}` } = result
  const error = new RoomfulError(code, message, { refusal: { code, message } })
  return code === 'STALE' ? { state: 'unknown', error } : { state: 'rejected', error }
}
