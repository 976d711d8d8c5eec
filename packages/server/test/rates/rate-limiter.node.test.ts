import { describe, expect, test } from 'vitest'
import { Metrics } from '../../src/metrics/metrics.ts'
import { Barred } from '../../src/rates/barred.ts'
import { BucketSet } from '../../src/rates/bucket-set.ts'
import { LeftBuckets } from '../../src/rates/left-buckets.ts'
import { RateLimiter } from '../../src/rates/rate-limiter.ts'
import { ratesOf, type RatesOption } from '../../src/rates/rates.ts'
import { sizeOf } from '../../src/rates/size-of.ts'

function limiterWith(option: RatesOption) {
  const clock = { now: 0 }
  const metrics = new Metrics()
  const limiter = new RateLimiter({ rates: ratesOf(option), metrics, now: () => clock.now })
  const connect = (key?: string) => {
    const excess: number[] = []
    const rates = limiter.connection(key, { onExcess: (afterMs) => excess.push(afterMs) })
    const refusals = (count: number) => {
      const afters: unknown[] = []
      for (let n = 0; n < count; n += 1) {
        try {
          rates.take({ requests: 1, publishes: 1 })
        } catch (error) {
          afters.push((error as { refusal: { data: { after: unknown } } }).refusal.data.after)
        }
      }
      return afters
    }
    return { rates, refusals, excess, end: () => rates.end() }
  }
  return { clock, metrics, limiter, connect }
}
const two = { perSecond: 10, burst: 2 }

describe('the rates of a connection', () => {
  test('SEC10 a request beyond a rate is refused with the time after which it fits, and costs no tokens', () => {
    const { clock, connect, metrics } = limiterWith({ publishes: two, requests: { perSecond: 1, burst: 3 } })
    const ann = connect()
    expect(ann.refusals(2)).toEqual([])
    expect(ann.refusals(3)).toEqual([100, 200, 300])
    clock.now += 300
    expect(ann.refusals(1)).toEqual([])
    expect(ann.refusals(1)).toEqual([700])
    expect(metrics.bounds.snapshot().rates).toBe(4)
    expect(connect().refusals(2)).toEqual([])
  })

  test('SEC10 a connection that is refused too often is told to end, one that waits is not', () => {
    const { clock, connect } = limiterWith({ publishes: two, refusals: { perSecond: 1, burst: 5 } })
    const [patient, eve] = [connect(), connect()]
    eve.refusals(2 + 5)
    expect(eve.excess).toEqual([])
    eve.refusals(1)
    expect(eve.excess).toEqual([3_000])
    for (let n = 0; n < 100; n += 1) {
      patient.refusals(3)
      clock.now += 1_000
    }
    expect(patient.excess).toEqual([])
  })

  test('SEC10 new connections of an address, or of a user, share a multiple of the rate', () => {
    const { clock, connect } = limiterWith({ publishes: two, perAddress: 3 })
    for (let n = 0; n < 3; n += 1) expect(connect('address 192.0.2.1').refusals(2)).toEqual([])
    expect(connect('address 192.0.2.1').refusals(1)).toEqual([34])
    expect(connect('address 192.0.2.2').refusals(2)).toEqual([])
    expect(connect().refusals(2)).toEqual([])
    clock.now += 34
    expect(connect('address 192.0.2.1').refusals(2)).toEqual([33])
  })

  test('SEC10 a connection goes on with the tokens of one that has ended at its address, so that coming back gives no new ones', () => {
    const { clock, connect } = limiterWith({ publishes: two, refusals: { perSecond: 1, burst: 5 } })
    const [eve, ann] = [connect('address 192.0.2.1'), connect('address 192.0.2.1')]
    expect([eve.refusals(2), ann.refusals(1)]).toEqual([[], []])
    eve.end()
    expect(connect('address 192.0.2.2').refusals(2)).toEqual([])
    const again = connect('address 192.0.2.1')
    expect(again.refusals(1)).toEqual([100])
    expect(connect('address 192.0.2.1').refusals(2)).toEqual([])
    again.end()
    clock.now += 10_000
    expect(connect('address 192.0.2.1').refusals(2)).toEqual([])
  })

  test('SEC10 the refused requests of many rooms are told to come back one after the other, at most 10 s later', () => {
    const { clock, connect } = limiterWith({ publishes: two, refusals: false })
    const ann = connect()
    ann.refusals(2)
    const afters = ann.refusals(200) as number[]
    expect(afters.slice(0, 4)).toEqual([100, 200, 300, 400])
    expect(afters.at(-1)).toBe(10_000)
    for (let n = 0; n < 5; n += 1) {
      clock.now += 100
      expect(ann.refusals(1)).toEqual([])
    }
  })

  test('SEC10 a batch is told to come back when all of its rest fits', () => {
    const { connect } = limiterWith({ publishes: { perSecond: 10, burst: 64 } })
    const { rates } = connect()
    for (let n = 0; n < 64; n += 1) rates.take({ publishes: 1 })
    expect(() => rates.take({ publishes: 1 }, { publishes: 30 })).toThrow(
      expect.objectContaining({ refusal: expect.objectContaining({ data: { after: 3_000 } }) }),
    )
  })

  test('a large request passes while there are bytes left, and later ones wait for it', () => {
    const { clock, connect } = limiterWith({ bytes: { perSecond: 1_000, burst: 2_000 } })
    const { rates } = connect()
    rates.take({ bytes: 1 })
    rates.addBytes(4_999)
    expect(() => rates.take({ bytes: 1 })).toThrow(
      expect.objectContaining({ code: 'RATE', refusal: expect.objectContaining({ data: { after: 3_001 } }) }),
    )
    clock.now += 3_001
    rates.take({ bytes: 1 })
  })

  test('false removes one rate, or all', () => {
    expect(limiterWith({ publishes: false }).connect().refusals(1_999)).toEqual([])
    expect(limiterWith(false).connect('address 192.0.2.1').refusals(100_000)).toEqual([])
  })
})

describe('the rates of an address', () => {
  test('SEC13 new connections and open ones are bounded, each address for itself', () => {
    const { clock, limiter, metrics } = limiterWith({ connections: two, openConnections: 3 })
    const admitted = (address: string) => limiter.admitsConnection(address)
    expect([1, 2, 3].map(() => admitted('192.0.2.1'))).toEqual([true, true, false])
    expect(admitted('192.0.2.2')).toBe(true)
    clock.now += 100
    for (let n = 0; n < 3; n += 1) limiter.opened('192.0.2.1')
    expect(admitted('192.0.2.1')).toBe(false)
    limiter.closed('192.0.2.1')
    expect(admitted('192.0.2.1')).toBe(true)
    expect(metrics.bounds.snapshot().connectionRates).toBe(2)
  })

  test('SEC13 sessions of an address are bounded; clients without a known address are not counted', () => {
    const { limiter } = limiterWith({ sessions: two })
    for (let n = 0; n < 2; n += 1) limiter.assertSession('192.0.2.1')
    expect(() => limiter.assertSession('192.0.2.1')).toThrow(expect.objectContaining({ code: 'RATE' }))
    limiter.assertSession('192.0.2.2')
    for (let n = 0; n < 1_000; n += 1) limiter.assertSession(undefined)
  })
})

test('SEC10 a flood that was ended comes back with no more tokens than it left with', () => {
  const { clock, connect } = limiterWith({
    publishes: { perSecond: 10, burst: 50 },
    refusals: { perSecond: 1, burst: 5 },
  })
  const eve = connect('address 192.0.2.1')
  eve.refusals(50 + 5 + 1)
  expect(eve.excess).toEqual([3_000])
  eve.end()
  clock.now += 3_000
  expect(connect('address 192.0.2.1').refusals(1)).toHaveLength(1)
})

test('SEC10 an address whose flood was ended gets no new connection for a time; other addresses do', () => {
  const { clock, connect, limiter } = limiterWith({ publishes: two, refusals: { perSecond: 1, burst: 5 } })
  const eve = connect('address 192.0.2.1')
  expect(limiter.admitsConnection('192.0.2.1')).toBe(true)
  eve.refusals(2 + 5 + 1)
  expect(eve.excess).toEqual([3_000])
  clock.now += 2_999
  expect([limiter.admitsConnection('192.0.2.1'), limiter.admitsConnection('192.0.2.2')]).toEqual([false, true])
  clock.now += 1
  expect(limiter.admitsConnection('192.0.2.1')).toBe(true)
})

test('barred keys take bounded memory', () => {
  const barred = new Barred()
  for (let n = 0; n < 30_000; n += 1) barred.add(`key ${n}`, 1_000_000, n)
  expect(barred.size).toBe(10_000)
  expect([barred.has('key 29999', 999_999), barred.has('key 29999', 1_000_000)]).toEqual([true, false])
  barred.add('last', 2_000_000, 1_000_000)
  expect(barred.size).toBe(1)
})

test('the tokens of ended connections take bounded memory', () => {
  const left = new LeftBuckets<'a'>()
  const used = (at: number) => {
    const set = new BucketSet({ a: { perSecond: 1, burst: 1 } })
    set.take({ a: 1 }, at)
    return set
  }
  for (let n = 0; n < 50_000; n += 1) left.put(`key ${n % 20_000}`, used(n), n)
  expect(left.size).toBeLessThanOrEqual(10_000)
  expect(left.take('key 9999', 50_000)).toBeDefined()
  expect(left.take('key 9999', 60_000)).toBeUndefined()
  for (let n = 0; n < 50_000; n += 1) left.put('one key', used(60_000), 60_000)
  expect(left.size).toBeLessThanOrEqual(10_000)
})

test.each<[option: unknown, sentence: string]>([
  [7, 'createRooms: limits.rates must be an object, or false for no rates, got 7'],
  [{ emits: false }, 'createRooms: unknown rate "emits": expected one of publishes, joins, requests'],
  [{ joins: 5 }, 'createRooms: limits.rates.joins must be { perSecond, burst } or false, got 5'],
  [{ joins: { perMinute: 5 } }, 'createRooms: limits.rates.joins: unknown "perMinute": expected perSecond, burst'],
  [{ joins: { burst: 0 } }, 'createRooms: limits.rates.joins: burst must be a whole number of at least 1, got 0'],
  [{ joins: { perSecond: 0.5 } }, 'createRooms: limits.rates.joins: perSecond must be a whole number of at least 1'],
  [{ perAddress: -1 }, 'createRooms: limits.rates: perAddress must be a whole number of at least 1, got -1'],
  [
    { openConnections: '5' },
    'createRooms: limits.rates: openConnections must be a whole number of at least 1, got "5"',
  ],
])('%j is an error', (option, sentence) => {
  expect(() => ratesOf(option as RatesOption)).toThrow(sentence)
})

test('the size of a value is about that of its JSON, and deep or wide values are measured too', () => {
  const value = { room: 'general', items: [{ n: 1, event: 'message', data: { text: 'x'.repeat(1_000) } }] }
  expect(sizeOf(value)).toBeGreaterThan(1_000)
  expect(sizeOf(value)).toBeLessThan(1.2 * JSON.stringify(value).length)
  expect(sizeOf(Buffer.alloc(5_000))).toBeGreaterThan(5_000)
  let deep: unknown = 'x'
  for (let n = 0; n < 200_000; n += 1) deep = [deep]
  expect(sizeOf(deep)).toBeGreaterThan(200_000)
})
