import type { HistogramSnapshot, RoomsMetrics } from '@roomful/server'
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'

interface Value {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}
type Kind = 'counter' | 'gauge' | 'histogram'

/**
 * The numbers of the server and of its process, as Prometheus reads them. Labels are results, codes and names of bounds: none
 * holds a room, a user or an address, so that their number is bounded.
 */
export function createRegistry(metrics: () => RoomsMetrics): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })

  function add(name: string, type: Kind, help: string, valuesOf: (now: RoomsMetrics) => readonly Value[]): void {
    // The server keeps the numbers. prom-client's own classes count by themselves, but a registry takes any metric with get().
    const metric = { name, get: async () => ({ name, help, type, aggregator: 'sum', values: valuesOf(metrics()) }) }
    registry.registerMetric(metric as unknown as Metric)
  }

  add('roomful_connections', 'gauge', 'Admitted clients', (now) => one(now.connections))
  add('roomful_rooms', 'gauge', 'Rooms with members', (now) => one(now.rooms))
  add('roomful_members', 'gauge', 'Members of all rooms, by connections to this process', (now) => one(now.members))
  add('roomful_unsent_bytes', 'gauge', 'Bytes that wait to be sent', (now) => one(now.unsentBytes))
  add('roomful_publishes_total', 'counter', 'Messages of clients by result', (now) => each('result', now.publishes))
  add('roomful_refusals_total', 'counter', 'Refusals by code; APP: a code of the app', (now) =>
    each('code', now.refusals),
  )
  add('roomful_bounds_hit_total', 'counter', 'How often a bound was hit', (now) => each('bound', now.bounds))
  const seconds = (name: string, help: string, of: (now: RoomsMetrics) => HistogramSnapshot): void =>
    add(name, 'histogram', help, (now) => histogram(name, of(now)))
  seconds('roomful_commit_seconds', 'Time of a write to the log', (now) => now.commitMs)
  seconds(
    'roomful_fan_out_seconds',
    "Time of sending committed messages to all members' sockets",
    (now) => now.fanOutMs,
  )
  return registry
}

function one(value: number): Value[] {
  return [{ labels: {}, value }]
}

function each(label: string, counts: Readonly<Record<string, number>>): Value[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }))
}

function histogram(name: string, { count, sumMs, buckets }: HistogramSnapshot): Value[] {
  const bucket = (le: string | number, value: number): Value => ({
    metricName: `${name}_bucket`,
    labels: { le },
    value,
  })
  return [
    ...buckets.map(({ le, count: within }) => bucket(le / 1000, within)),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels: {}, value: sumMs / 1000 },
    { metricName: `${name}_count`, labels: {}, value: count },
  ]
}
