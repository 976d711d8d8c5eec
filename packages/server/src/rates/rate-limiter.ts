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
  readonly #ownRates: Readonly<Record<OwnRate, Rate | undefined>>
  readonly #ofConnections: RequestLimiterParts

  constructor(parts: RateLimiterParts) {
    const { rates, metrics, now } = parts
    const { publishes, joins, requests, typing, presence, volatile, bytes, refusals } = rates
    this.#parts = parts
    this.#shared = new KeyedBuckets(sharedRates(rates))
    this.#ownRates = { publishes, joins, requests, typing, presence, volatile, bytes, refusals }
    this.#ofConnections = {
      shared: (key, at) => this.#shared.of(key, at),
      onExcess: (key, afterMs) => this.#barred.add(key, now() + afterMs, now()),
      onEnd: (key, own) => this.#left.put(key, own, now()),
      penalty: Math.ceil((refusals?.burst ?? 0) / 2),
      metrics,
      now,
    }
  }

  /**
   * The rates of a new connection, and of those that it shares a key with; a connection with the key of one that has ended goes
   * on with its tokens.
   */
  connection(key: string | undefined, owner: LimitedConnection): RequestLimiter {
    const { now } = this.#parts
    const own = (key === undefined ? undefined : this.#left.take(key, now())) ?? new BucketSet(this.#ownRates)
    return new RequestLimiter(own, key, owner, this.#ofConnections)
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

  /** Counts an open connection. */
  opened(address: string): void {
    this.#openOf.set(address, (this.#openOf.get(address) ?? 0) + 1)
  }

  /** A connection that was counted has ended. */
  closed(address: string): void {
    const left = (this.#openOf.get(address) ?? 1) - 1
    if (left === 0) this.#openOf.delete(address)
    else this.#openOf.set(address, left)
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

/** A connection whose requests are limited. */
interface LimitedConnection {
  /** The connection was refused too often, and has to stay away for this time. */
  onExcess(afterMs: number): void
}

/** What the connections of a server have in common. */
interface RequestLimiterParts {
  readonly shared: (key: string, now: number) => BucketSet<SharedRate>
  readonly onExcess: (key: string, afterMs: number) => void
  readonly onEnd: (key: string, own: BucketSet<OwnRate>) => void
  /** After an excess, so many tokens of `refusals` are waited for. */
  readonly penalty: number
  readonly metrics: Pick<Metrics, 'bounds'>
  readonly now: () => number
}

/** The longest time that a refusal names because of earlier refusals. */
const MAX_AFTER_MS = 10_000

/** The rates of one connection. */
export class RequestLimiter {
  readonly #own: BucketSet<OwnRate>
  /** What it shares its rates with; undefined where that is unknown. */
  readonly #key: string | undefined
  readonly #owner: LimitedConnection
  readonly #parts: RequestLimiterParts
  /** When the next refused request may come back: those of many rooms come one after the other. */
  #nextTurn = 0

  constructor(own: BucketSet<OwnRate>, key: string | undefined, owner: LimitedConnection, parts: RequestLimiterParts) {
    this.#own = own
    this.#key = key
    this.#owner = owner
    this.#parts = parts
  }

  /**
   * Takes tokens. Where they are missing, the refusal names the time after which `wanted` will be there, so that a batch does not
   * come back for a single message.
   *
   * @throws RefusalError `RATE`; then nothing is taken.
   */
  take(costs: Costs<RequestRate>, wanted: Costs<RequestRate> = costs): void {
    const own = this.#own
    const at = this.#parts.now()
    const others = this.#shared(at)
    const waitFor = (tokens: Costs<RequestRate>): number =>
      Math.max(own.waitFor(tokens, at), others?.waitFor(tokens, at) ?? 0)
    if (waitFor(costs) > 0) throw this.#refuse(waitFor(wanted), at)
    own.take(costs, at)
    others?.take(costs, at)
  }

  /** Counts a size that is known only afterwards: later requests wait for it. */
  addBytes(bytes: number): void {
    const at = this.#parts.now()
    this.#own.take({ bytes }, at)
    this.#shared(at)?.take({ bytes }, at)
  }

  /** The connection has ended. */
  end(): void {
    if (this.#key !== undefined) this.#parts.onEnd(this.#key, this.#own)
  }

  #shared(now: number): BucketSet<SharedRate> | undefined {
    return this.#key === undefined ? undefined : this.#parts.shared(this.#key, now)
  }

  #refuse(wait: number, at: number): RefusalError {
    const own = this.#own
    const { penalty, onExcess, metrics } = this.#parts
    metrics.bounds.add('rates')
    if (own.waitFor({ refusals: 1 }, at) === 0) own.take({ refusals: 1 }, at)
    else {
      const awayMs = Math.max(wait, own.waitFor({ refusals: penalty }, at))
      // Otherwise a flood would come back with all that it could not send meanwhile, at once.
      own.pause(requestRates, awayMs, at)
      if (this.#key !== undefined) onExcess(this.#key, awayMs)
      this.#owner.onExcess(awayMs)
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
