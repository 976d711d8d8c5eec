import type { Metrics } from '../metrics/metrics.ts'
import { type RefusalError, refuse } from '../refuse.ts'
import { Barred } from './barred.ts'
import { BucketSet, type Costs, KeyedBuckets } from './bucket-set.ts'
import { LeftBuckets } from './left-buckets.ts'
import { type AddressRates, type RateSettings, type RequestRate, requestRates } from './rates.ts'
import type { Rate } from './token-bucket.ts'

type OwnRate = RequestRate | 'refusals'
type SharedRate = RequestRate | keyof AddressRates

interface RateLimiterParts {
  readonly rates: RateSettings
  readonly metrics: Pick<Metrics, 'bounds'>
  /** A clock in milliseconds that is never set back. */
  readonly now: () => number
}

/** The rates of a server: of each connection, and of each address. */
export class RateLimiter {
  readonly #parts: RateLimiterParts
  readonly #shared: KeyedBuckets<SharedRate>
  readonly #barred = new Barred()
  readonly #left = new LeftBuckets<OwnRate>()
  readonly #openOf = new Map<string, number>()

  constructor(parts: RateLimiterParts) {
    this.#parts = parts
    this.#shared = new KeyedBuckets(sharedRates(parts.rates))
  }

  /**
   * The rates of a new connection, and of those that it shares a key with; a connection with the key of one that has ended goes
   * on with its tokens. `onExcess` is called when the connection was refused too often, with the time to stay away.
   */
  connection(key: string | undefined, onExcess: (afterMs: number) => void): RequestLimiter {
    const { rates, metrics, now } = this.#parts
    const { publishes, joins, requests, typing, presence, volatile, bytes, refusals } = rates
    const ownRates = { publishes, joins, requests, typing, presence, volatile, bytes, refusals }
    const onBye = (afterMs: number): void => {
      if (key !== undefined) this.#barred.add(key, now() + afterMs, now())
      onExcess(afterMs)
    }
    const common = { onExcess: onBye, penalty: Math.ceil((refusals?.burst ?? 0) / 2), metrics, now }
    if (key === undefined) return new RequestLimiter({ ...common, own: new BucketSet(ownRates, now()) })
    const own = this.#left.take(key, now()) ?? new BucketSet(ownRates, now())
    return new RequestLimiter({
      ...common,
      own,
      shared: (at) => this.#shared.of(key, at),
      onEnd: () => this.#left.put(key, own, now()),
    })
  }

  /** Counts a new connection; false if its address has too many, or was told to stay away. */
  admitsConnection(address: string): boolean {
    const { rates, metrics, now } = this.#parts
    const { openConnections = Infinity } = rates
    const isAdmitted =
      !this.#barred.has(`address ${address}`, now()) &&
      (this.#openOf.get(address) ?? 0) < openConnections &&
      this.#take(address, 'connections') === 0
    if (!isAdmitted) metrics.bounds.add('connectionRates')
    return isAdmitted
  }

  /** Counts an open connection. Call the result when it has ended. */
  opened(address: string): () => void {
    this.#openOf.set(address, (this.#openOf.get(address) ?? 0) + 1)
    return () => {
      const left = (this.#openOf.get(address) ?? 1) - 1
      if (left === 0) this.#openOf.delete(address)
      else this.#openOf.set(address, left)
    }
  }

  /** Counts a call of `authenticate`. @throws RefusalError `RATE` */
  assertSession(address: string | undefined): void {
    if (address === undefined) return
    const wait = this.#take(address, 'sessions')
    if (wait === 0) return
    this.#parts.metrics.bounds.add('connectionRates')
    throw refuse('RATE', 'too many clients at your address connect at the moment', { after: wait })
  }

  #take(address: string, name: keyof AddressRates): number {
    const now = this.#parts.now()
    const buckets = this.#shared.of(`address ${address}`, now)
    const wait = buckets.waitFor({ [name]: 1 }, now)
    if (wait === 0) buckets.take({ [name]: 1 }, now)
    return wait
  }
}

interface RequestLimiterParts {
  readonly own: BucketSet<OwnRate>
  readonly shared?: (now: number) => BucketSet<SharedRate>
  readonly onExcess: (afterMs: number) => void
  /** After an excess, so many tokens of `refusals` are waited for. */
  readonly penalty: number
  readonly onEnd?: () => void
  readonly metrics: Pick<Metrics, 'bounds'>
  readonly now: () => number
}

/** The longest time that a refusal names because of earlier refusals. */
const MAX_AFTER_MS = 10_000

/** The rates of one connection. */
export class RequestLimiter {
  readonly #parts: RequestLimiterParts
  /** When the next refused request may come back: those of many rooms come one after the other. */
  #nextTurn = 0

  constructor(parts: RequestLimiterParts) {
    this.#parts = parts
  }

  /**
   * Takes tokens. Where they are missing, the refusal names the time after which `wanted` will be there, so that a batch does not
   * come back for a single message.
   *
   * @throws RefusalError `RATE`; then nothing is taken.
   */
  take(costs: Costs<RequestRate>, wanted: Costs<RequestRate> = costs): void {
    const { own, shared, now } = this.#parts
    const at = now()
    const others = shared?.(at)
    const waitFor = (tokens: Costs<RequestRate>): number =>
      Math.max(own.waitFor(tokens, at), others?.waitFor(tokens, at) ?? 0)
    if (waitFor(costs) > 0) throw this.#refuse(waitFor(wanted), at)
    own.take(costs, at)
    others?.take(costs, at)
  }

  /** Counts a size that is known only afterwards: later requests wait for it. */
  addBytes(bytes: number): void {
    const { own, shared, now } = this.#parts
    const at = now()
    own.take({ bytes }, at)
    shared?.(at).take({ bytes }, at)
  }

  /** The connection has ended. */
  end(): void {
    this.#parts.onEnd?.()
  }

  #refuse(wait: number, at: number): RefusalError {
    const { own, penalty, onExcess, metrics } = this.#parts
    metrics.bounds.add('rates')
    if (own.waitFor({ refusals: 1 }, at) === 0) own.take({ refusals: 1 }, at)
    else {
      const awayMs = Math.max(wait, own.waitFor({ refusals: penalty }, at))
      // Otherwise a flood would come back with all that it could not send meanwhile, at once.
      own.pause(requestRates, awayMs, at)
      onExcess(awayMs)
    }
    const turn = Math.max(0, this.#nextTurn - at)
    const after = Math.ceil(Math.max(wait, Math.min(MAX_AFTER_MS, turn + wait)))
    this.#nextTurn = at + after
    return refuse('RATE', 'too much at once', { after })
  }
}

/** The rates of all connections of an address together. */
function sharedRates(rates: RateSettings): Readonly<Record<SharedRate, Rate | undefined>> {
  const { connections, sessions, perAddress: times } = rates
  const shared = requestRates.map((name) => {
    const rate = rates[name]
    return [name, rate && times && { perSecond: rate.perSecond * times, burst: rate.burst * times }]
  })
  return { ...(Object.fromEntries(shared) as Record<RequestRate, Rate | undefined>), connections, sessions }
}
