import { RoomfulError } from '@roomful/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { OutgoingMessage } from '../../src/rooms/rooms-protocol.ts'
import { refusal } from '../support/refusal.ts'
import { pageOf, timelineOverFake } from './support/fake-source.ts'

const NO = new RoomfulError('FORBIDDEN', 'you are not allowed')
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve))

afterEach(() => void vi.useRealTimers())

describe('TL1 what a timeline shows', () => {
  test('messages, gaps, and own messages from the moment they are sent', async () => {
    const { timeline, hear, miss, shown } = timelineOverFake()
    hear(1)
    miss(2, 3)
    const receipt = timeline.send('hello')
    hear(4)
    expect(shown()).toEqual(['0 log 1 confirmed', '2-3', '3 log 4 confirmed', '2 read hello queued'])
    await expect(receipt).resolves.toMatchObject({ confirmed: true, id: 'own:1' })
  })
  test('own messages of an earlier page, and of this one sent in other ways; none of other events', () => {
    const entry = { id: 'old:1', event: 'message', data: 'before', state: 'sending' } as const
    const { tell, shown } = timelineOverFake({ outgoing: [entry, { ...entry, id: 'old:2', event: 'reaction' }] })
    tell({ ...entry, id: 'own:7', data: 'elsewhere' })
    expect(shown()).toEqual(['0 read before sending', '1 read elsewhere sending'])
  })
  test('messages of an earlier page go before those sent meanwhile: the outbox gives the order', () => {
    const outgoing: OutgoingMessage[] = []
    const { timeline, tell, shown } = timelineOverFake({ outgoing })
    void timeline.send('mine')
    const [old, mine] = ['old:1', 'own:1'].map((id) => ({ id, event: 'message', data: id, state: 'queued' }) as const)
    outgoing.push(old!, mine!)
    tell(old!)
    expect(shown()).toEqual(['1 read old:1 queued', '0 read mine queued'])
  })
  test('the version rises with each change of the list, and the list changes only then', async () => {
    const { timeline, hear, asked, tell } = timelineOverFake()
    const states = [timeline.state.getState()]
    timeline.state.subscribe((state) => states.push(state))
    hear(1)
    void timeline.loadOlder()
    await settled()
    asked[0]?.answer(pageOf([], false))
    await settled()
    tell({ id: 'own:1', event: 'message', data: 'x', state: 'queued' })
    tell({ id: 'own:1', event: 'message', data: 'x', state: 'queued' })
    expect(states.map(({ version }) => version)).toEqual([0, 1, 1, 1, 1, 2])
    expect(new Set(states.map(({ entries }) => entries)).size).toBe(3)
  })
  test('an error of a listener is reported, and changes nothing else', () => {
    const { timeline, hear, reported, shown } = timelineOverFake()
    timeline.state.subscribe(() => {
      throw NO
    })
    hear(1)
    expect(reported).toEqual([NO])
    expect(shown()).toHaveLength(1)
  })
  test('data that the contract refuses is not shown, and its send rejects', async () => {
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
  test('retry sends the data that was given, under the same key, in one change of the list', async () => {
    const { timeline, published, shown, key } = failed()
    const seen: number[] = []
    timeline.state.subscribe(({ entries }) => seen.push(entries.length))
    await expect(timeline.retry(key())).resolves.toMatchObject({ id: 'own:2' })
    expect(published).toEqual(['hello', 'hello'])
    expect(shown()).toEqual(['0 read hello queued'])
    expect(seen).toEqual([1])
  })
  test('a message of an earlier page can be retried', () => {
    const { timeline, tell, published, key } = timelineOverFake()
    tell({ id: 'old:1', event: 'message', data: 'before', state: 'rejected', error: NO })
    void timeline.retry(key())
    expect(published).toEqual(['before'])
  })
  test('retry works where the outbox reports the message later', () => {
    const { timeline, setLate, tellLate, shown, hear, key } = failed()
    setLate()
    void timeline.retry(key())
    expect(shown()).toEqual(['0 read hello queued'])
    tellLate()
    hear(1, 'own:2')
    expect(shown()).toEqual(['0 log own:2 queued'])
  })
  test('a message that a listener sends during a retry is another message', () => {
    const { timeline, shown, key } = failed()
    let hasSent = false
    timeline.state.subscribe(() => {
      if (!hasSent) void timeline.send('from a listener')
      hasSent = true
    })
    void timeline.retry(key())
    expect(shown()).toEqual(['0 read hello queued', '1 read from a listener queued'])
  })
  test('retry of anything else rejects', async () => {
    const { timeline, key } = timelineOverFake()
    void timeline.send('hello')
    await expect(timeline.retry(key())).rejects.toThrow('no failed message with the key "')
    await expect(timeline.retry('x')).rejects.toThrow('no failed message with the key "x"')
  })
  test('discard removes an unsettled message from the outbox, and its end is not shown', () => {
    const { timeline, discarded, tell, shown, key } = timelineOverFake()
    void timeline.send('hello')
    const own = key()
    expect(timeline.discard(own)).toBe(true)
    expect(discarded).toEqual(['own:1'])
    tell({ id: 'own:1', event: 'message', data: 'hello', state: 'unknown', error: NO })
    expect(shown()).toEqual([])
    expect(timeline.discard(own)).toBe(false)
  })
  test('discard of a failed message leaves the outbox alone', () => {
    const { timeline, discarded, shown, key } = failed()
    expect(timeline.discard(key())).toBe(true)
    expect(discarded).toEqual([])
    expect(shown()).toEqual([])
  })
  test('a message of the log cannot be discarded', () => {
    const { timeline, hear, key } = timelineOverFake()
    void timeline.send('hello')
    hear(1, 'own:1')
    expect(timeline.discard(key())).toBe(false)
  })
})

describe('TL13 the first page', () => {
  test('without `initial` the timeline is ready when the room is joined', async () => {
    const { timeline, asked, join, requested } = timelineOverFake({ status: 'left' })
    expect(timeline.state.getState().status).toBe('loading')
    join()
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', hasOlder: undefined, isLoading: false })
    expect([asked, requested]).toEqual([[], []])
  })
  test('it comes with the join', async () => {
    const { timeline, asked, join, requested, server, shown, hear } = timelineOverFake({ status: 'left', initial: 50 })
    expect(requested).toEqual([50])
    server.initial = pageOf([3, 4], true)
    join()
    hear(5)
    expect(timeline.state.getState().status).toBe('loading')
    await settled()
    expect(shown()).toEqual(['1 log 3 confirmed', '2 log 4 confirmed', '0 log 5 confirmed'])
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', hasOlder: true, hasNewer: false })
    expect(asked).toEqual([])
    timeline.close()
  })
  test('it is asked for where the room is joined already, or the join did not bring it', async () => {
    const joinedBefore = timelineOverFake({ initial: 50, max: 20 })
    const later = timelineOverFake({ status: 'left', initial: 50 })
    later.join()
    await settled()
    expect([joinedBefore, later].map(({ asked }) => asked[0]?.query)).toEqual([{ limit: 20 }, { limit: 50 }])
    expect([joinedBefore, later].map(({ requested }) => requested)).toEqual([[], [50]])
  })
  test('an empty room is ready when that is known', async () => {
    const { timeline, asked } = timelineOverFake({ initial: 50 })
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'loading', hasOlder: undefined })
    asked[0]?.answer(pageOf([], false))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', hasOlder: false, hasNewer: false })
  })
  test('a plain server has none: the timeline is ready at once', async () => {
    const { timeline, asked } = timelineOverFake({ initial: 50 })
    await settled()
    asked[0]?.fail(new RoomfulError('UNSUPPORTED', 'no history'))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', hasOlder: false, error: undefined })
  })
  test('a lost connection is waited for', async () => {
    const { timeline, asked, state, join } = timelineOverFake({ initial: 50 })
    await settled()
    state.setState({ status: 'suspended', wasJoined: true }, true)
    asked[0]?.fail(new RoomfulError('DISCONNECTED', 'lost'))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'loading', error: undefined })
    join()
    await settled()
    asked[1]?.answer(pageOf([1], false))
    await settled()
    expect(timeline.state.getState().status).toBe('ready')
  })
  test('it has failed where the room cannot be joined, and is loaded with the next join', async () => {
    const { timeline, state, asked, join } = timelineOverFake({ status: 'left', initial: 50 })
    const error = refusal('FORBIDDEN')
    state.setState({ status: 'failed', error }, true)
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'failed', error })
    state.setState({ status: 'joining' }, true)
    expect(timeline.state.getState()).toMatchObject({ status: 'loading', error: undefined })
    join()
    await settled()
    asked[0]?.answer(pageOf([1], false))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', error: undefined })
  })
  test('it has failed where the server refuses it; loadOlder tries again', async () => {
    const { timeline, asked, shown } = timelineOverFake({ initial: 50 })
    await settled()
    const error = refusal('FORBIDDEN')
    asked[0]?.fail(error)
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'failed', error })
    void timeline.loadOlder(20)
    expect(timeline.state.getState()).toMatchObject({ status: 'loading', isLoading: true, error: undefined })
    await settled()
    expect(asked[1]?.query).toEqual({ limit: 20 })
    asked[1]?.answer(pageOf([1, 2], false))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', isLoading: false })
    expect(shown()).toHaveLength(2)
  })
  test('it is tried again by itself where it failed for now', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { timeline, asked } = timelineOverFake({ initial: 50 })
    await settled()
    const error = refusal('UNAVAILABLE')
    asked[0]?.fail(error)
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'failed', error })
    await vi.advanceTimersByTimeAsync(2_000)
    asked[1]?.answer(pageOf([1], false))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', error: undefined })
  })
  test('LC1 no retry is due while the room is not joined; the next join loads it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { asked, state, join } = timelineOverFake({ initial: 50 })
    await settled()
    asked[0]?.fail(refusal('UNAVAILABLE'))
    await settled()
    expect(vi.getTimerCount()).toBe(1)
    state.setState({ status: 'suspended', wasJoined: true, error: new RoomfulError('DISCONNECTED', 'closed') }, true)
    expect(vi.getTimerCount()).toBe(0)
    join()
    await settled()
    expect(asked).toHaveLength(2)
  })
  test.each([0, -1, 1.5, Number.NaN])('initial %s is refused', (initial) => {
    expect(() => timelineOverFake({ initial })).toThrow('initial must be a whole number of at least 1')
  })
})

describe('TL6 another log', () => {
  test('its first page is loaded', async () => {
    const { timeline, asked, server, hear, reset, seqs } = timelineOverFake({ initial: 50 })
    await settled()
    asked[0]?.answer(pageOf([8, 9], true))
    await settled()
    server.epoch = 'epoch-2'
    reset()
    expect(timeline.state.getState().status).toBe('loading')
    hear(3)
    await settled()
    expect(asked[1]?.query).toEqual({ limit: 50 })
    asked[1]?.answer(pageOf([1, 2, 3], false, { epoch: 'epoch-2' }))
    await settled()
    expect(timeline.state.getState().status).toBe('ready')
    expect(seqs()).toEqual(['epoch', 1, 2, 3])
  })
})

describe('TL7 loadOlder', () => {
  test('loads the messages before the entries; a second call meanwhile is the same load', async () => {
    const { timeline, hear, asked, shown } = timelineOverFake()
    hear(6)
    const loads = [timeline.loadOlder(20), timeline.loadOlder()]
    expect(timeline.state.getState()).toMatchObject({ isLoading: true, hasOlder: undefined })
    await settled()
    expect(asked.map(({ query }) => query)).toEqual([{ before: 6, limit: 20 }])
    asked[0]?.answer(pageOf([4, 5], true))
    await Promise.all(loads)
    expect(shown()).toEqual(['1 log 4 confirmed', '2 log 5 confirmed', '0 log 6 confirmed'])
    expect(timeline.state.getState()).toMatchObject({ isLoading: false, hasOlder: true })
    void timeline.loadOlder()
    await settled()
    expect(asked[1]?.query).toEqual({ before: 4, limit: 10_000 })
  })
  test('a listener that sees the end of a load can begin the next one', async () => {
    const { timeline, hear, asked } = timelineOverFake()
    hear(6)
    timeline.state.subscribe(({ isLoading, hasOlder }) => {
      if (!isLoading && hasOlder === true) void timeline.loadOlder()
    })
    void timeline.loadOlder()
    await settled()
    asked[0]?.answer(pageOf([5], true))
    await settled()
    expect(asked[1]?.query).toMatchObject({ before: 5 })
  })
  test('goes through pages that have none of its event, up to ten', async () => {
    const { timeline, asked, hear } = timelineOverFake()
    hear(100)
    let isDone = false
    void timeline.loadOlder().then(() => (isDone = true))
    for (let n = 0; n < 10; n += 1) {
      await settled()
      expect(isDone).toBe(false)
      asked[n]?.answer(pageOf([String(99 - n)], true))
    }
    await settled()
    expect(isDone).toBe(true)
    expect(asked.map(({ query }) => 'before' in query && query.before)).toEqual([
      100, 99, 98, 97, 96, 95, 94, 93, 92, 91,
    ])
    expect(timeline.state.getState()).toMatchObject({ isLoading: false, hasOlder: true })
  })
  test('a failure rejects, is in the state until the next load, and removes nothing', async () => {
    const { timeline, asked, hear, shown } = timelineOverFake()
    hear(6)
    const load = timeline.loadOlder()
    await settled()
    asked[0]?.fail(NO)
    await expect(load).rejects.toBe(NO)
    expect(timeline.state.getState()).toMatchObject({ status: 'ready', isLoading: false, error: NO })
    expect(shown()).toHaveLength(1)
    const again = timeline.loadOlder()
    expect(timeline.state.getState()).toMatchObject({ isLoading: true, error: undefined })
    await settled()
    asked[1]?.answer(pageOf([5], false))
    await again
    expect(timeline.state.getState().hasOlder).toBe(false)
  })
  test('a page that was asked for before a leave is dropped and asked for again', async () => {
    const { timeline, asked, hear, state, join, seqs } = timelineOverFake()
    hear(6)
    const load = timeline.loadOlder()
    await settled()
    state.setState({ status: 'left' }, true)
    state.setState({ status: 'joining' }, true)
    join()
    asked[0]?.answer(pageOf([4, 5], false))
    await settled()
    asked[1]?.answer(pageOf([4, 5], false))
    await load
    await settled()
    expect(asked.map(({ query }) => query)).toMatchObject([{ before: 6 }, { before: 6 }, { after: 6 }])
    expect(seqs()).toEqual([4, 5, 6])
  })
  test('waits for the join, and asks again where the connection is lost meanwhile', async () => {
    const { timeline, asked, state, join, shown } = timelineOverFake({ status: 'left' })
    const load = timeline.loadOlder(2)
    expect(timeline.state.getState()).toMatchObject({ isLoading: true })
    state.setState({ status: 'joining' }, true)
    await settled()
    expect(asked).toEqual([])
    join()
    await settled()
    state.setState({ status: 'suspended', wasJoined: true }, true)
    asked[0]?.fail(new RoomfulError('DISCONNECTED', 'lost'))
    await settled()
    expect(asked).toHaveLength(1)
    join()
    await settled()
    asked[1]?.answer(pageOf([1, 2], false))
    await load
    expect(asked.map(({ query }) => query)).toEqual([{ limit: 2 }, { limit: 2 }])
    expect(shown()).toEqual(['0 log 1 confirmed', '1 log 2 confirmed'])
  })
  test('rejects where the room cannot be joined', async () => {
    const { timeline, asked, state } = timelineOverFake({ status: 'left' })
    const error = refusal('FORBIDDEN')
    state.setState({ status: 'failed', error }, true)
    await expect(timeline.loadOlder()).rejects.toBe(error)
    expect(timeline.state.getState()).toMatchObject({ status: 'failed', isLoading: false, error })
    expect(asked).toEqual([])
  })
  test('waits on where the join is refused for now', async () => {
    const { timeline, asked, state, join } = timelineOverFake({ status: 'left' })
    state.setState({ status: 'failed', error: refusal('UNAVAILABLE') }, true)
    void timeline.loadOlder()
    await settled()
    expect(timeline.state.getState()).toMatchObject({ isLoading: true, error: undefined })
    join()
    await settled()
    expect(asked).toHaveLength(1)
  })
  test('there is nothing older on a server without history', async () => {
    const { timeline, asked } = timelineOverFake()
    const load = timeline.loadOlder()
    await settled()
    asked[0]?.fail(new RoomfulError('UNSUPPORTED', 'no history'))
    await load
    expect(timeline.state.getState()).toMatchObject({ hasOlder: false, error: undefined })
  })
  test('limit must be a number of messages', () => {
    const { timeline } = timelineOverFake()
    const sentence = 'limit must be a whole number of at least 1, got 0'
    expect(() => timeline.loadOlder(0)).toThrow(sentence)
    expect(() => timeline.loadNewer(0)).toThrow(sentence)
  })
})

describe('TL12 loadNewer and loadLatest', () => {
  /** A full timeline of three messages that shows the older ones: 7 and later are not in it. */
  const scrolled = async () => {
    const fake = timelineOverFake({ max: 3 })
    for (const seq of [6, 7, 8]) fake.hear(seq)
    void fake.timeline.loadOlder()
    await settled()
    fake.asked[0]?.answer(pageOf([4, 5], true))
    await settled()
    return fake
  }
  test('a full timeline that loads older messages drops its newest, and does not append live ones', async () => {
    const { timeline, asked, hear, seqs } = await scrolled()
    hear(9)
    expect(asked[0]?.query).toEqual({ before: 6, limit: 3 })
    expect(seqs()).toEqual([4, 5, 6])
    expect(timeline.state.getState()).toMatchObject({ hasOlder: true, hasNewer: true })
  })
  test('a live message that comes while older ones are loaded makes no hole', async () => {
    const { timeline, asked, hear, seqs } = timelineOverFake({ max: 3 })
    for (const seq of [6, 7, 8]) hear(seq)
    void timeline.loadOlder()
    await settled()
    hear(9)
    asked[0]?.answer(pageOf([4, 5], true))
    await settled()
    expect(seqs()).toEqual([4, 5, 6])
    expect(timeline.state.getState().hasNewer).toBe(true)
  })
  test('loadNewer goes on from the last entry, to the end of the log', async () => {
    const { timeline, asked, hear, seqs } = await scrolled()
    void timeline.loadNewer(1)
    await settled()
    expect(asked[1]?.query).toEqual({ after: 6, limit: 1 })
    asked[1]?.answer(pageOf([7], true))
    await settled()
    expect(timeline.state.getState()).toMatchObject({ hasNewer: true, isLoading: false })
    void timeline.loadNewer()
    await settled()
    expect(asked[2]?.query).toEqual({ after: 7, limit: 3 })
    asked[2]?.answer(pageOf([8], false))
    await settled()
    hear(9)
    expect(seqs()).toEqual([7, 8, 9])
    expect(timeline.state.getState()).toMatchObject({ hasOlder: true, hasNewer: false })
  })
  test('loadLatest returns to the end of the log in one step', async () => {
    const { timeline, asked, hear, seqs } = await scrolled()
    hear(20)
    void timeline.loadLatest()
    await settled()
    expect(asked[1]?.query).toEqual({ limit: 3 })
    asked[1]?.answer(pageOf([18, 19, 20], true))
    await settled()
    hear(21)
    expect(seqs()).toEqual([19, 20, 21])
    expect(timeline.state.getState()).toMatchObject({ hasOlder: true, hasNewer: false })
  })
  test('at the end of the log they ask for nothing', async () => {
    const { timeline, asked, hear } = timelineOverFake()
    hear(1)
    await timeline.loadNewer()
    await timeline.loadLatest()
    expect(asked).toEqual([])
    expect(timeline.state.getState().isLoading).toBe(false)
  })
  test('loads go one after another', async () => {
    const { timeline, asked } = await scrolled()
    void timeline.loadNewer()
    void timeline.loadOlder()
    await settled()
    expect(asked).toHaveLength(2)
    asked[1]?.answer(pageOf([7, 8], false))
    await settled()
    expect(asked[2]?.query).toEqual({ before: 6, limit: 3 })
  })
})

describe('TL14 a room that is left and joined again', () => {
  const leaveAndJoin = ({ state, join }: Pick<ReturnType<typeof timelineOverFake>, 'state' | 'join'>): void => {
    state.setState({ status: 'leaving' }, true)
    state.setState({ status: 'left' }, true)
    state.setState({ status: 'joining' }, true)
    join()
  }
  test('the entries stay, and the missed messages are loaded', async () => {
    const fake = timelineOverFake()
    fake.hear(1)
    leaveAndJoin(fake)
    fake.hear(5)
    expect(fake.timeline.state.getState()).toMatchObject({ status: 'ready', hasNewer: true })
    await settled()
    expect(fake.asked[0]?.query).toEqual({ after: 1, limit: 10_000 })
    fake.asked[0]?.answer(pageOf([2, 3], true))
    await settled()
    fake.asked[1]?.answer(pageOf([4], false))
    await settled()
    expect(fake.asked[2]?.query).toEqual({ after: 4, limit: 10_000 })
    fake.asked[2]?.answer(pageOf([5], false))
    await settled()
    fake.hear(6)
    expect(fake.seqs()).toEqual([1, 2, 3, 4, 5, 6])
    expect(fake.timeline.state.getState()).toMatchObject({ hasNewer: false })
  })
  test('where more than ten pages were missed, the newest messages are shown', async () => {
    const fake = timelineOverFake()
    fake.hear(1)
    leaveAndJoin(fake)
    for (let n = 0; n < 10; n += 1) {
      await settled()
      fake.asked[n]?.answer(pageOf([2 + n], true))
    }
    await settled()
    expect(fake.asked[10]?.query).toEqual({ limit: 10_000 })
    fake.asked[10]?.answer(pageOf([98, 99], true))
    await settled()
    fake.hear(100)
    expect(fake.seqs()).toEqual([98, 99, 100])
    expect(fake.timeline.state.getState()).toMatchObject({ hasOlder: true, hasNewer: false })
  })
  test('a failure is in the state, and is tried again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const fake = timelineOverFake()
    fake.hear(1)
    leaveAndJoin(fake)
    await settled()
    const error = refusal('RATE')
    fake.asked[0]?.fail(error)
    await settled()
    expect(fake.timeline.state.getState()).toMatchObject({ status: 'ready', hasNewer: true, error })
    await vi.advanceTimersByTimeAsync(2_000)
    fake.asked[1]?.answer(pageOf([2], false))
    await settled()
    expect(fake.timeline.state.getState()).toMatchObject({ hasNewer: false, error: undefined })
    expect(fake.shown()).toHaveLength(2)
  })
  test('a server that gives pages without an end is asked for eleven in a row, then again later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const fake = timelineOverFake()
    fake.hear(1)
    leaveAndJoin(fake)
    fake.hear(99)
    for (let n = 0; n < 30; n += 1) {
      await settled()
      fake.asked[n]?.answer(pageOf([`${n + 2}`], true))
    }
    expect(fake.asked).toHaveLength(11)
    await vi.advanceTimersByTimeAsync(2_000)
    await settled()
    expect(fake.asked).toHaveLength(12)
  })
  test('C25 a server whose page has none of the messages that follow is asked again later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const fake = timelineOverFake()
    fake.hear(1)
    leaveAndJoin(fake)
    fake.hear(99)
    await settled()
    fake.asked[0]?.answer(pageOf([], true))
    await vi.advanceTimersByTimeAsync(999)
    expect(fake.asked).toHaveLength(1)
    expect(fake.timeline.state.getState().error).toMatchObject({ code: 'INVALID' })
    await vi.advanceTimersByTimeAsync(1_001)
    expect(fake.asked).toHaveLength(2)
  })
  test('another log begins again, with a gap', async () => {
    const fake = timelineOverFake()
    fake.hear(1)
    leaveAndJoin(fake)
    fake.server.epoch = 'epoch-2'
    await settled()
    fake.asked[0]?.answer(pageOf([2, 3], false, { epoch: 'epoch-2' }))
    await settled()
    fake.hear(4)
    expect(fake.seqs()).toEqual(['epoch', 4])
  })
  test('an outage is not a leave: the room goes on', async () => {
    const { hear, state, join, asked, shown } = timelineOverFake()
    hear(1)
    state.setState({ status: 'suspended', wasJoined: true }, true)
    state.setState({ status: 'joining' }, true)
    join()
    hear(2)
    await settled()
    expect(shown()).toHaveLength(2)
    expect(asked).toEqual([])
  })
  test('another user begins with nothing', async () => {
    const outgoing: OutgoingMessage[] = [{ id: 'own:9', event: 'message', data: 'hello', state: 'queued' }]
    const fake = timelineOverFake({ initial: 50, outgoing })
    await settled()
    fake.asked[0]?.answer(pageOf([1], false))
    await settled()
    expect(fake.shown()).toHaveLength(2)
    outgoing.length = 0
    fake.changeUser()
    expect(fake.shown()).toEqual([])
    expect(fake.timeline.state.getState().status).toBe('loading')
    await settled()
    fake.asked[1]?.answer(pageOf([1, 2], false))
    await settled()
    expect(fake.shown()).toHaveLength(2)
    expect(fake.timeline.state.getState().status).toBe('ready')
  })
})

test('TL11 close ends loads that wait', async () => {
  const { timeline, asked, join } = timelineOverFake({ status: 'left', initial: 50 })
  const load = timeline.loadOlder()
  timeline.close()
  await load
  join()
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

describe('TL15 the messages of one packet', () => {
  const observed = () => {
    const fake = timelineOverFake()
    const lengths: number[] = []
    fake.timeline.state.subscribe(({ entries }) => lengths.push(entries.length))
    return { ...fake, lengths }
  }
  test('change the timeline once, with their end', () => {
    const { hearPack, seqs, lengths } = observed()
    const between: number[] = []
    hearPack([1, 2, 3], () => between.push(seqs().length))
    hearPack([])
    expect([between, seqs(), lengths]).toEqual([[0, 0, 0], [1, 2, 3], [3]])
  })
  test('of more than 1,000 change it in parts', () => {
    const { hearPack, lengths } = observed()
    hearPack(Array.from({ length: 2_001 }, (_, n) => n + 1))
    expect(lengths).toEqual([1_000, 2_000, 2_001])
  })
  test('stand before what happens between them', () => {
    const { hearPack, timeline, tell, miss, shown, lengths } = observed()
    hearPack([1, 2, 5], (seq) => {
      if (seq === 1) void timeline.send('mine')
      if (seq === 2) miss(3, 4)
      if (seq === 5) tell({ id: 'other', event: 'message', data: 'more', state: 'queued' })
    })
    expect(shown()).toEqual([
      '0 log 1 confirmed',
      '2 log 2 confirmed',
      '3-4',
      '4 log 5 confirmed',
      '1 read mine queued',
      '5 read more queued',
    ])
    expect(lengths).toEqual([1, 2, 3, 4, 5, 6])
  })
  test('of two epochs are not mixed', () => {
    const { hearPack, server, seqs } = observed()
    hearPack([5, 6, 7], (seq) => {
      if (seq === 6) server.epoch = 'epoch-2'
    })
    expect(seqs()).toEqual(['epoch', 7])
  })
  test('that came before `close` are shown', () => {
    const { hearPack, timeline, seqs } = observed()
    hearPack([1, 2], (seq) => seq === 1 && timeline.close())
    expect(seqs()).toEqual([1])
  })
})

test('TL11 `client.close()` closes a timeline, and `onClose` is called once', () => {
  let closed = 0
  const { timeline, closeClient, hear, shown, listeners } = timelineOverFake({ onClose: () => (closed += 1) })
  hear(1)
  closeClient()
  timeline.close()
  hear(2)
  expect([shown().length, closed, listeners()]).toEqual([1, 1, [0, 0, 0, 0, 0, 0]])
})

test('TL11 after close no message is taken, and nothing changes', async () => {
  const { timeline, asked, hear, listeners, shown } = timelineOverFake()
  hear(6)
  expect(listeners()).toEqual([1, 1, 1, 1, 1, 1])
  const load = timeline.loadOlder()
  await settled()
  timeline.close()
  timeline.close()
  asked[0]?.answer(pageOf([5], true))
  await load
  hear(7)
  expect(listeners()).toEqual([0, 0, 0, 0, 0, 0])
  expect(shown()).toHaveLength(1)
})
