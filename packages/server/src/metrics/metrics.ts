import { type FinalCode, finalCodes, type PassingCode, passingCodes } from '@roomful/contract/protocol'
import { Counts, Histogram, type HistogramSnapshot } from './counters.ts'

/** The bounds of the server whose hits are counted, by name. A new bound needs its name here, and `metrics.bounds.add(name)` where it is hit. */
const boundNames = [
  /** The requests of one connection that run at a time. */
  'requests',
  /** The rooms of one connection. */
  'rooms',
  /** A connection asked again for a namespace that it is in, or has asked for. */
  'connects',
  /** The namespaces of one connection. */
  'namespaces',
  /** The time that a connection may be in no namespace. */
  'connectTimeout',
  /** The calls of `authenticate` that run at a time. */
  'admissions',
  /** The packets of one connection at once. */
  'events',
  /** The levels of JSON in one packet. */
  'nesting',
  /** The time in which the attachments of a packet must come. */
  'attachments',
  /** What one connection leaves unread. */
  'unsent',
  /** What all connections leave unread. */
  'unsentTotal',
  /** The rates of a connection, and of all connections of an address. */
  'rates',
  /** The rates of new connections and sessions of an address, and its open connections. */
  'connectionRates',
  /** Volatile events and typing that are not sent to the other nodes yet. */
  'nodes',
] as const
export type BoundName = (typeof boundNames)[number]

/**
 * What became of the items of `$publish`. `stored`: in the log. `repeated`: decided before, and answered again. `refused`:
 * for good. `deferred`: not handled, with a passing refusal; the client sends them again.
 */
const publishResults = ['stored', 'repeated', 'refused', 'deferred'] as const
export type PublishResult = (typeof publishResults)[number]

/** The codes that are counted by name. A code of the app counts as `APP`: the app may make one for each user. */
export type RefusalCount = FinalCode | PassingCode | 'UNAUTHORIZED' | 'APP'
const refusalCodes: readonly RefusalCount[] = [...finalCodes, ...passingCodes, 'UNAUTHORIZED', 'APP']

/** The numbers of a server since its start, and now. No name in it is of a room, a user or an address. */
export interface RoomsMetrics {
  /** Clients that are admitted now. */
  readonly connections: number
  /** Rooms with members or running writes now. */
  readonly rooms: number
  /**
   * Members of all rooms now, by connections to this process: a user in two rooms counts twice, a user with two tabs in a room
   * once. With several nodes, those of other nodes are not in it, so that the numbers of all nodes add up.
   */
  readonly members: number
  /** Bytes that wait now to be sent to clients that read slowly. */
  readonly unsentBytes: number
  /** Items of `$publish`, by what became of them. */
  readonly publishes: Readonly<Record<PublishResult, number>>
  /** Refused connections, requests and items, by code. */
  readonly refusals: Readonly<Record<RefusalCount, number>>
  /** How often a bound of the server was hit. */
  readonly bounds: Readonly<Record<BoundName, number>>
  /** The time of the log's writes. In a log of one process it includes handing the entries to the room. */
  readonly commitMs: HistogramSnapshot
  /** The time from the end of a write until the entries are sent to all members' sockets, with their wait for a pack. */
  readonly fanOutMs: HistogramSnapshot
}

/** Counts what happens in a server. */
export class Metrics {
  readonly publishes: Counts<PublishResult> = new Counts(publishResults)
  readonly bounds: Counts<BoundName> = new Counts(boundNames)
  readonly commitMs: Histogram = new Histogram()
  readonly fanOutMs: Histogram = new Histogram()
  readonly #refusals = new Counts(refusalCodes)

  refused(code: string, count = 1): void {
    this.#refusals.add(this.#refusals.has(code) ? code : 'APP', count)
  }

  snapshot(now: Pick<RoomsMetrics, 'connections' | 'rooms' | 'members' | 'unsentBytes'>): RoomsMetrics {
    return {
      ...now,
      publishes: this.publishes.snapshot(),
      refusals: this.#refusals.snapshot(),
      bounds: this.bounds.snapshot(),
      commitMs: this.commitMs.snapshot(),
      fanOutMs: this.fanOutMs.snapshot(),
    }
  }
}
