import { RoomfulError } from '@roomful/client'
import { describe, expect, test } from 'vitest'
import type { OutgoingEntry } from '../../src/roomful/outbox/outgoing.ts'
import { refusal } from '../support/refusal.ts'
import { pageOf, timelineOverFake } from './support/fake-source.ts'

const NO = new RoomfulError('FORBIDDEN', 'you are not allowed')
const settled = () => new Promise(setImmediate)

describe('TL1 what a timeline shows', () => {
  test('what is heard, what is missing, and our own from the moment in which they are sent', async () => {
    const { timeline, hear, miss, shown } = timelineOverFake()
    hear(1)
    miss(2, 3)
    const receipt = timeline.send('hello')
    hear(4)
    expect(shown()).toEqual(['0 log 1 confirmed', '2-3', '3 log 4 confirmed', '2 read hello queued'])
    await expect(receipt).resolves.toMatchObject({ confirmed: true, id: 'own:1' })
  })
  test('our own of an earlier page, and of this one by other ways; of other events, none', () => {
    const entry = { id: 'old:1', event: 'message', data: 'before', state: 'sending' } as const
    const { tell, shown } = timelineOverFake({ outgoing: [entry, { ...entry, id: 'old:2', event: 'reaction' }] })
    tell({ ...entry, id: 'own:7', data: 'elsewhere' })
    expect(shown()).toEqual(['0 read before sending', '1 read elsewhere sending'])
  })
  test('what an earlier page left before what is sent meanwhile: the outbox says what goes first', () => {
    const outgoing: OutgoingEntry[] = []
    const { timeline, tell, shown } = timelineOverFake({ outgoing })
    void timeline.send('mine')
    const [old, mine] = ['old:1', 'own:1'].map((id) => ({ id, event: 'message', data: id, state: 'queued' }) as const)
    outgoing.push(old!, mine!)
    tell(old!)
    expect(shown()).toEqual(['1 read old:1 queued', '0 read mine queued'])
  })
  test('a version that rises with each change, and a list that is another one only then', async () => {
    const { timeline, hear, asked, tell } = timelineOverFake()
    const states = [timeline.state.getState()]
    timeline.state.subscribe((state) => states.push(state))
    hear(1)
    void timeline.loadOlder()
    asked[0]?.answer(pageOf([], false))
    await settled()
    tell({ id: 'own:1', event: 'message', data: 'x', state: 'queued' })
    tell({ id: 'own:1', event: 'message', data: 'x', state: 'queued' })
    expect(states.map(({ version }) => version)).toEqual([0, 1, 1, 1, 1, 2])
    expect(new Set(states.map(({ entries }) => entries)).size).toBe(3)
  })
  test('a listener that throws is reported, and harms nobody', () => {
    const { timeline, hear, reported, shown } = timelineOverFake()
    timeline.state.subscribe(() => {
      throw NO
    })
    hear(1)
    expect(reported).toEqual([NO])
    expect(shown()).toHaveLength(1)
  })
  test('bad data rejects, and is not shown', async () => {
    const { timeline, shown } = timelineOverFake()
    await expect(timeline.send('bad')).rejects.toThrow('bad data')
    expect(shown()).toEqual([])
  })
  test.each([0, -1, 1.5, Number.NaN])('max %s is refused', (max) => {
    expect(() => timelineOverFake({ max })).toThrow('max must be a whole number of at least 1')
  })
})

describe('TL4 retry and discard', () => {
  const failed = () => {
    const fake = timelineOverFake()
    void fake.timeline.send('hello')
    fake.tell({ id: 'own:1', event: 'message', data: 'hello', state: 'rejected', error: NO })
    return fake
  }
  test('retry sends what was given, under the same key; no state in between is seen', async () => {
    const { timeline, published, shown, key } = failed()
    const seen: number[] = []
    timeline.state.subscribe(({ entries }) => seen.push(entries.length))
    await expect(timeline.retry(key())).resolves.toMatchObject({ id: 'own:2' })
    expect(published).toEqual(['hello', 'hello'])
    expect(shown()).toEqual(['0 read hello queued'])
    expect(seen).toEqual([1])
  })
  test('one of an earlier page as well', () => {
    const { timeline, tell, published, key } = timelineOverFake()
    tell({ id: 'old:1', event: 'message', data: 'before', state: 'rejected', error: NO })
    void timeline.retry(key())
    expect(published).toEqual(['before'])
  })
  test('also where the outbox tells of it later', () => {
    const { timeline, setLate, tellLate, shown, hear, key } = failed()
    setLate()
    void timeline.retry(key())
    expect(shown()).toEqual(['0 read hello queued'])
    tellLate()
    hear(1, 'own:2')
    expect(shown()).toEqual(['0 log own:2 queued'])
  })
  test('a message that a listener sends meanwhile is another one', () => {
    const { timeline, shown, key } = failed()
    let hasSent = false
    timeline.state.subscribe(() => {
      if (!hasSent) void timeline.send('from a listener')
      hasSent = true
    })
    void timeline.retry(key())
    expect(shown()).toEqual(['0 read hello queued', '1 read from a listener queued'])
  })
  test('nothing to retry: a sentence', async () => {
    const { timeline, key } = timelineOverFake()
    void timeline.send('hello')
    await expect(timeline.retry(key())).rejects.toThrow('no failed message with the key "')
    await expect(timeline.retry('x')).rejects.toThrow('no failed message with the key "x"')
  })
  test('discard takes one that is on its way out of the outbox, and does not show its end', () => {
    const { timeline, discarded, tell, shown, key } = timelineOverFake()
    void timeline.send('hello')
    const own = key()
    expect(timeline.discard(own)).toBe(true)
    expect(discarded).toEqual(['own:1'])
    tell({ id: 'own:1', event: 'message', data: 'hello', state: 'unknown', error: NO })
    expect(shown()).toEqual([])
    expect(timeline.discard(own)).toBe(false)
  })
  test('one that failed is not in the outbox any more', () => {
    const { timeline, discarded, shown, key } = failed()
    expect(timeline.discard(key())).toBe(true)
    expect(discarded).toEqual([])
    expect(shown()).toEqual([])
  })
  test('what the log has cannot be discarded', () => {
    const { timeline, hear, key } = timelineOverFake()
    void timeline.send('hello')
    hear(1, 'own:1')
    expect(timeline.discard(key())).toBe(false)
  })
})

describe('TL6 another view', () => {
  test('begins with the next join after a leave; a connection that comes back goes on', () => {
    const { hear, state, shown } = timelineOverFake()
    hear(1)
    state.setState({ status: 'suspended', wasJoined: true }, true)
    state.setState({ status: 'joining' }, true)
    state.setState({ status: 'joined', acknowledged: true }, true)
    expect(shown()).toHaveLength(1)
    state.setState({ status: 'leaving' }, true)
    expect(shown()).toHaveLength(1)
    state.setState({ status: 'joining' }, true)
    expect(shown()).toEqual([])
  })
})

describe('TL7 loadOlder', () => {
  test('asks for what comes before; two calls at once are one', async () => {
    const { timeline, hear, asked, shown } = timelineOverFake()
    hear(6)
    const loads = [timeline.loadOlder(20), timeline.loadOlder()]
    expect(timeline.state.getState()).toMatchObject({ isLoading: true, hasOlder: undefined })
    expect(asked.map(({ query }) => query)).toEqual([{ before: 6, limit: 20 }])
    asked[0]?.answer(pageOf([4, 5], true))
    await Promise.all(loads)
    expect(shown()).toEqual(['1 log 4 confirmed', '2 log 5 confirmed', '0 log 6 confirmed'])
    expect(timeline.state.getState()).toMatchObject({ isLoading: false, hasOlder: true })
    void timeline.loadOlder()
    expect(asked[1]?.query).toEqual({ before: 4 })
  })
  test('goes through pages that hold none of its event, up to ten', async () => {
    const { timeline, asked, hear } = timelineOverFake()
    hear(100)
    let isDone = false
    void timeline.loadOlder().then(() => (isDone = true))
    for (let n = 0; n < 10; n += 1) {
      expect(isDone).toBe(false)
      asked[n]?.answer(pageOf([String(99 - n)], true))
      await settled()
    }
    expect(isDone).toBe(true)
    expect(asked.map(({ query }) => query.before)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 92, 91])
    expect(timeline.state.getState()).toMatchObject({ isLoading: false, hasOlder: true })
  })
  test('a failure rejects, is in the state until the next try, and loses nothing', async () => {
    const { timeline, asked, hear, shown } = timelineOverFake()
    hear(6)
    const load = timeline.loadOlder()
    asked[0]?.fail(NO)
    await expect(load).rejects.toBe(NO)
    expect(timeline.state.getState()).toMatchObject({ isLoading: false, error: NO })
    expect(shown()).toHaveLength(1)
    const again = timeline.loadOlder()
    expect(timeline.state.getState()).toMatchObject({ isLoading: true, error: undefined })
    asked[1]?.answer(pageOf([5], false))
    await again
    expect(timeline.state.getState().hasOlder).toBe(false)
  })
  test('what was asked of a view that is no more is dropped, and asked of the new one', async () => {
    const { timeline, asked, hear, state, shown } = timelineOverFake()
    hear(6)
    const load = timeline.loadOlder()
    state.setState({ status: 'left' }, true)
    state.setState({ status: 'joining' }, true)
    asked[0]?.answer(pageOf([4, 5], false))
    await settled()
    expect(asked[1]?.query).toEqual({})
    asked[1]?.answer(pageOf([1, 2], false))
    await load
    expect(shown()).toEqual(['1 log 1 confirmed', '2 log 2 confirmed'])
  })
  test('waits until we are in, and asks again where the connection is lost meanwhile', async () => {
    const { timeline, asked, state, shown } = timelineOverFake()
    state.setState({ status: 'left' }, true)
    const load = timeline.loadOlder(2)
    expect(timeline.state.getState()).toMatchObject({ isLoading: true })
    state.setState({ status: 'joining' }, true)
    await settled()
    expect(asked).toEqual([])
    state.setState({ status: 'joined', acknowledged: true }, true)
    await settled()
    state.setState({ status: 'suspended', wasJoined: true }, true)
    asked[0]?.fail(new RoomfulError('DISCONNECTED', 'cut off'))
    await settled()
    expect(asked).toHaveLength(1)
    state.setState({ status: 'joined', acknowledged: true }, true)
    await settled()
    asked[1]?.answer(pageOf([1, 2], false))
    await load
    expect(asked.map(({ query }) => query)).toEqual([{ limit: 2 }, { limit: 2 }])
    expect(shown()).toEqual(['0 log 1 confirmed', '1 log 2 confirmed'])
  })
  test('rejects where the room will not have us', async () => {
    const { timeline, asked, state } = timelineOverFake()
    const error = refusal('FORBIDDEN')
    state.setState({ status: 'failed', error }, true)
    await expect(timeline.loadOlder()).rejects.toBe(error)
    expect(timeline.state.getState()).toMatchObject({ isLoading: false, error })
    expect(asked).toEqual([])
  })
  test('waits on where it will not have us for now', async () => {
    const { timeline, asked, state } = timelineOverFake()
    const error = refusal('UNAVAILABLE')
    state.setState({ status: 'failed', error }, true)
    void timeline.loadOlder()
    await settled()
    expect(timeline.state.getState()).toMatchObject({ isLoading: true, error: undefined })
    state.setState({ status: 'joined', acknowledged: true }, true)
    await settled()
    expect(asked).toHaveLength(1)
  })
  test('a server without history: there is nothing older', async () => {
    const { timeline, asked } = timelineOverFake()
    const load = timeline.loadOlder()
    asked[0]?.fail(new RoomfulError('UNSUPPORTED', 'no history'))
    await load
    expect(timeline.state.getState()).toMatchObject({ hasOlder: false, error: undefined })
  })
  test('TL10 a full timeline says so', async () => {
    const { timeline, asked, hear } = timelineOverFake({ max: 2 })
    hear(6)
    hear(7)
    await expect(timeline.loadOlder()).rejects.toThrow('the timeline holds 2 entries already (max)')
    expect(asked).toEqual([])
  })
  test('limit must be a number of messages', () => {
    expect(() => timelineOverFake().timeline.loadOlder(0)).toThrow('limit must be a whole number of at least 1, got 0')
  })
})

test('TL11 close ends a loadOlder that waits', async () => {
  const { timeline, asked, state } = timelineOverFake()
  state.setState({ status: 'left' }, true)
  const load = timeline.loadOlder()
  timeline.close()
  await load
  state.setState({ status: 'joined', acknowledged: true }, true)
  await settled()
  expect(asked).toEqual([])
})

test('TL2 no key of one timeline is a key of another', () => {
  const keys = [timelineOverFake(), timelineOverFake()].map(({ timeline, hear }) => {
    hear(1)
    return timeline.state.getState().entries.at(0)?.key
  })
  expect(new Set(keys).size).toBe(2)
})

test('TL11 after close nothing is heard, and nothing changes', async () => {
  const { timeline, asked, hear, listeners, shown } = timelineOverFake()
  hear(6)
  expect(listeners()).toEqual([1, 1, 1])
  const load = timeline.loadOlder()
  timeline.close()
  timeline.close()
  asked[0]?.answer(pageOf([5], true))
  await load
  hear(7)
  expect(listeners()).toEqual([0, 0, 0])
  expect(shown()).toHaveLength(1)
})
