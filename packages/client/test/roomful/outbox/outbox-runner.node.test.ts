import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { session } from './support/scripted-outbox.ts'
import { createStorage, entry, helloOf, neverAnswer, settled, startOutbox, storeAll } from './support/started-outbox.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const flush = () => vi.advanceTimersByTimeAsync(0)

describe('OB1 emit returns an id and a receipt', () => {
  test('with the place of the message in the log', async () => {
    const { outbox, join, requests } = startOutbox()
    join()
    const { id, receipt } = outbox.emit('general', 'm', 'text')
    await expect(receipt).resolves.toEqual({ confirmed: true, id, seq: 1, at: 0 })
    const { cid } = requests[0]!
    expect(cid).toHaveLength(22)
    expect(id).toMatch(/^[\w-]{16}$/)
    expect(requests).toMatchObject([
      { room: 'general', epoch: 'epoch-one', items: [{ n: 1, id, event: 'm', data: 'text' }] },
    ])
  })
  test('that rejects, and the drop is reported', async () => {
    const { outbox, join, drops } = startOutbox(async ({ epoch }) => ({
      ok: true,
      epoch,
      results: [{ code: 'MUTED' }],
    }))
    join()
    await expect(outbox.emit('general', 'm', 'text').receipt).rejects.toMatchObject({ code: 'MUTED' })
    expect(drops).toEqual(['m MUTED'])
  })
  test.each<[string, unknown]>([
    ['a typed array', { file: new Uint8Array(1) }],
    ['a Buffer', [{ deep: Buffer.from('x') }]],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a Blob', { file: new Blob(['x']) }],
    ['what toJSON returns', { file: { toJSON: () => new Uint8Array(1) } }],
  ])('EM11 and throws for data with binary in it, before anything is queued: %s', (_what, data) => {
    const { outbox, counts } = startOutbox()
    expect(() => outbox.emit('general', 'm', data)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'the data of "m" has binary in it: room events are JSON',
      }),
    )
    expect(counts().queued).toBe(0)
  })
  test('EM11 and its data is the JSON of the moment of the call', async () => {
    const { outbox, join, sent } = startOutbox()
    const data = {
      boxed: [new Number(3), new String('x')],
      keyed: { toJSON: (key: string) => `key ${key}` },
      big: { toJSON: () => 12n.toString() },
      like: { type: 'Buffer', data: [1] },
      at: new Date(0),
      map: new Map([[1, 2]]),
      lost: undefined,
      list: [undefined, Number.NaN],
    }
    const expected: unknown = JSON.parse(JSON.stringify(data))
    const { receipt } = outbox.emit('general', 'm', data)
    data.list.push(1)
    join()
    await receipt
    expect(sent()).toEqual([[expected]])
  })
  test('EM11 and throws for data without a JSON form', () => {
    const { outbox, counts } = startOutbox()
    for (const data of [() => {}, Symbol('x'), 1n, [1n]])
      expect(() => outbox.emit('general', 'm', data)).toThrow('the data of "m" cannot be encoded')
    expect(counts().queued).toBe(0)
  })
  test('also from within a listener, whose messages go after', async () => {
    const { outbox, join, sent } = startOutbox()
    const states: string[] = []
    join()
    outbox.watch('general', ({ data, state }) => {
      states.push(`${String(data)} ${state}`)
      if (data === 'first' && state === 'queued') void outbox.emit('general', 'm', 'second')
    })
    await outbox.emit('general', 'm', 'first').receipt
    await flush()
    expect(sent()).toEqual([['first'], ['second']])
    expect(states.filter((state) => state.startsWith('first'))).toEqual([
      'first queued',
      'first sending',
      'first confirmed',
    ])
  })
})

describe('OB6 a request', () => {
  test('without an answer is sent again', async () => {
    let isMute = true
    const { outbox, join, sent } = startOutbox(async (request) => {
      if (!isMute) return storeAll(request)
      isMute = false
      throw Object.assign(new Error('no answer'), { code: 'TIMEOUT' })
    })
    join()
    const { receipt } = outbox.emit('general', 'm', 'text')
    await vi.advanceTimersByTimeAsync(1)
    await expect(receipt).resolves.toMatchObject({ confirmed: true })
    expect(sent()).toEqual([['text'], ['text']])
  })
  test('that ends with the connection waits until the room is joined again', async () => {
    const { outbox, join, cut, sent } = startOutbox(async () => {
      throw Object.assign(new Error('cut'), { code: 'DISCONNECTED' })
    })
    join()
    void outbox.emit('general', 'm', 'text').receipt.catch(() => {})
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent()).toHaveLength(1)
    cut()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent()).toHaveLength(1)
    join()
    expect(sent()).toHaveLength(2)
  })
  test('OB7 that was refused for now is sent again after the wait, and a room is joined again if need be', async () => {
    const codes = [{ code: 'RATE', after: 1_000 }, { code: 'NOT_MEMBER' }]
    const { outbox, join, sent, changes } = startOutbox(async ({ epoch }) => ({
      ok: false,
      epoch,
      results: [],
      ...codes.shift()!,
    }))
    join()
    void outbox.emit('general', 'm', 'text').receipt.catch(() => {})
    await vi.advanceTimersByTimeAsync(999)
    expect(sent()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(501)
    expect(sent()).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(changes).toEqual(['holds general', 'rejoin general'])
  })
})

test('OB7 the wait for a server is over when the room is closed', async () => {
  const { outbox, join, cut } = startOutbox(async ({ epoch }) => ({
    ok: false,
    epoch,
    results: [],
    code: 'RATE',
    after: 1_000,
  }))
  join()
  void outbox.emit('general', 'm', 'text').receipt.catch(() => {})
  await flush()
  expect(vi.getTimerCount()).toBe(1)
  cut()
  expect(vi.getTimerCount()).toBe(0)
})

describe('emit with timeoutMs', () => {
  test('discards a message that was not sent in time', async () => {
    const { outbox, join, sent, counts } = startOutbox()
    const { receipt } = outbox.emit('general', 'm', 'text', { timeoutMs: 50 })
    const end = receipt.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(49)
    expect(counts().queued).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await end).toMatchObject({
      code: 'TIMEOUT',
      message:
        'timed out after 50 ms waiting for the receipt of "m" in room general; if it was sent, it may still be stored',
    })
    join()
    expect([counts().queued, sent()]).toEqual([0, []])
  })
  test('stops waiting for a message that was sent; the message goes on', async () => {
    const { outbox, join, counts } = startOutbox(neverAnswer)
    join()
    const { receipt } = outbox.emit('general', 'm', 'text', { timeoutMs: 50 })
    const end = receipt.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(50)
    expect(await end).toMatchObject({
      code: 'TIMEOUT',
      message:
        'timed out after 50 ms waiting for the receipt of "m" in room general; if it was sent, it may still be stored',
    })
    expect(counts().sending).toBe(1)
  })
  test('keeps no timer once the message is settled', async () => {
    const { outbox, join } = startOutbox()
    join()
    await outbox.emit('general', 'm', 'text', { timeoutMs: 50 }).receipt
    await flush()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('emit with a signal', () => {
  test('that is aborted already queues nothing', async () => {
    const { outbox, counts } = startOutbox()
    const { receipt } = outbox.emit('general', 'm', 'text', { signal: AbortSignal.abort('no longer wanted') })
    await expect(receipt).rejects.toBe('no longer wanted')
    expect(counts().queued).toBe(0)
  })
  test('discards a message that was never sent', async () => {
    const { outbox, counts, join, sent } = startOutbox()
    const controller = new AbortController()
    const { receipt } = outbox.emit('general', 'm', 'text', { signal: controller.signal })
    controller.abort('no longer wanted')
    await expect(receipt).rejects.toBe('no longer wanted')
    join()
    expect([counts().queued, sent()]).toEqual([0, []])
  })
  test('stops waiting for a message that was sent; the message goes on', async () => {
    const { outbox, join, counts } = startOutbox(neverAnswer)
    join()
    const controller = new AbortController()
    const { receipt } = outbox.emit('general', 'm', 'text', { signal: controller.signal })
    controller.abort('no longer wanted')
    await expect(receipt).rejects.toBe('no longer wanted')
    expect(counts().sending).toBe(1)
  })
  test('is not listened to once the message is settled', async () => {
    const { outbox, join } = startOutbox()
    join()
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    await outbox.emit('general', 'm', 'text', { signal }).receipt
    await flush()
    expect(removed).toHaveBeenCalledOnce()
  })
})

describe('C10 OB10 the client is told which rooms the outbox holds', () => {
  test('from the first message to the last outcome', async () => {
    const { outbox, join, changes } = startOutbox()
    join()
    await Promise.all(['one', 'two'].map((text) => outbox.emit('general', 'm', text).receipt))
    expect([changes, outbox.holds('general')]).toEqual([['holds general', 'leaves general'], false])
  })
  test('also for messages of a closed page', async () => {
    const { option } = createStorage({ adopt: async () => [entry(1)] })
    const { join, changes, outbox } = startOutbox(neverAnswer, option)
    join()
    await flush()
    expect([changes, outbox.holds('general')]).toEqual([['holds general'], true])
  })
})

describe('C2 another user on the same client', () => {
  test('sees nothing of the first, in the room or in the counts', async () => {
    const { outbox, join, cut, counts, changes } = startOutbox(neverAnswer)
    join('ada')
    void outbox.emit('general', 'm', 'as Ada').receipt.catch(() => {})
    const seen: string[] = []
    outbox.watch('general', ({ state }) => seen.push(state))
    cut()
    seen.length = 0
    join('bob')
    await flush()
    expect([outbox.outgoing('general'), outbox.holds('general'), outbox.user]).toEqual([[], false, 'bob'])
    expect(counts()).toMatchObject({ queued: 0, sending: 0 })
    expect(changes).toEqual(['holds general', 'leaves general'])
    expect(seen).toEqual([])
    join('ada')
    expect(outbox.outgoing('general')).toMatchObject([{ data: 'as Ada', state: 'sending' }])
  })
})

test('C2 another user sees no outcome of a message of the first', async () => {
  const { option, opened } = createStorage()
  const { outbox, join, cut, drops } = startOutbox(neverAnswer, option)
  join('ada')
  await flush()
  void outbox.emit('general', 'm', 'as Ada').receipt.catch(() => {})
  cut()
  join('bob')
  await flush()
  const seen: string[] = []
  outbox.watch('general', ({ state }) => seen.push(state))
  opened.events?.lost(opened.cid!)
  expect([drops, seen]).toEqual([['m UNKNOWN'], []])
})

describe('C8 by the clock of the server', () => {
  test('a message is stored with the time at which it was sent', async () => {
    const times: (number | undefined)[] = []
    const save = async (put: readonly { readonly sentAt?: number }[]) => {
      times.push(...put.map(({ sentAt }) => sentAt))
      return true
    }
    const { option } = createStorage({ save })
    const { outbox, join } = startOutbox(neverAnswer, option)
    join()
    await vi.advanceTimersByTimeAsync(5)
    void outbox.emit('general', 'm', 'text').receipt.catch(() => {})
    expect(times).toEqual([helloOf('ada').now + 5])
  })
  test('a message is sent again until an hour before the server forgets it', async () => {
    const { outbox, join, cut, sent } = startOutbox(neverAnswer)
    join()
    const end = outbox.emit('general', 'm', 'text').receipt.catch((error: unknown) => error)
    cut()
    await vi.advanceTimersByTimeAsync(23 * 3_600_000 - 1)
    outbox.step({ type: 'open', room: 'general', session })
    cut()
    await vi.advanceTimersByTimeAsync(1)
    outbox.step({ type: 'open', room: 'general', session })
    expect(await end).toMatchObject({ code: 'UNKNOWN' })
    expect(sent()).toEqual([['text'], ['text']])
  })
})

describe('clear', () => {
  test('discards queued messages; those that were sent end as unknown; stored ones are removed', async () => {
    const { option, calls } = createStorage()
    const { outbox, join, counts } = startOutbox(neverAnswer, option)
    join()
    await flush()
    const receipts = ['sent', 'queued'].map((text) => outbox.emit('general', 'm', text).receipt)
    const ends = Promise.allSettled(receipts)
    await flush()
    await outbox.clear()
    expect(await ends).toMatchObject([{ reason: { code: 'UNKNOWN' } }, { reason: { code: 'DISCARDED' } }])
    expect([calls, counts().queued]).toEqual([['begin', 'clear ada'], 0])
  })
  test('keeps out entries that were read before', async () => {
    let read: (entries: readonly ReturnType<typeof entry>[]) => void = () => {}
    const { option } = createStorage({ adopt: () => new Promise((resolve) => (read = resolve)) })
    const { outbox, join, sent } = startOutbox(storeAll, option)
    join()
    await outbox.clear()
    read([entry(1)])
    await flush()
    expect([sent(), outbox.outgoing('general')]).toEqual([[], []])
    await outbox.emit('general', 'm', 'new').receipt
    expect(sent()).toEqual([['new']])
  })
})

describe('end', () => {
  test('leaves no timer, closes the storage, and rejects callers that still wait', async () => {
    const { option, calls } = createStorage({ save: () => undefined })
    const { outbox, join } = startOutbox(
      async ({ epoch }) => ({ ok: false, epoch, results: [], code: 'RATE', after: 999 }),
      option,
    )
    join()
    await flush()
    const { receipt } = outbox.emit('general', 'm', 'text', { timeoutMs: 5_000 })
    const end = receipt.catch((error: unknown) => error)
    await flush()
    expect(vi.getTimerCount()).toBe(2)
    outbox.end()
    expect(await end).toMatchObject({ code: 'DISCONNECTED' })
    expect([vi.getTimerCount(), calls.at(-1)]).toEqual([0, 'close'])
    await expect(outbox.emit('general', 'm', 'late').receipt).rejects.toMatchObject({ code: 'DISCONNECTED' })
  })
  test.each([
    ['stored, so that a later page may send it', 'indexedDB', 'UNKNOWN'],
    ['in memory, since the storage was given up and emptied', 'memory', 'DISCONNECTED'],
  ])('rejects a queued message that is %s', async (_title, storage, code) => {
    const { option } = createStorage({ storage })
    const { outbox } = startOutbox(storeAll, option)
    outbox.onHello(helloOf('ada'))
    const { receipt } = outbox.emit('general', 'm', 'text')
    const end = receipt.catch((error: unknown) => error)
    await flush()
    outbox.end()
    expect(await end).toMatchObject({ code })
  })
  test('says that the outcome of a sent message is unknown', async () => {
    const { outbox, join } = startOutbox(neverAnswer)
    join()
    const { receipt } = outbox.emit('general', 'm', 'text')
    outbox.end()
    await expect(receipt).rejects.toMatchObject({ code: 'UNKNOWN' })
  })
})

describe('OB12 with a storage', () => {
  test('nothing is sent before it is stored', async () => {
    let stored = (_isStored: boolean): void => {}
    const { option } = createStorage({ save: () => new Promise((resolve) => (stored = resolve)) })
    const { outbox, join, sent } = startOutbox(storeAll, option)
    join()
    await flush()
    const { receipt } = outbox.emit('general', 'm', 'text')
    await flush()
    expect([sent(), await settled(receipt)]).toEqual([[], 'waiting'])
    stored(true)
    await expect(receipt).resolves.toMatchObject({ confirmed: true })
  })
  test('messages of closed pages go before those of this page', async () => {
    const { option } = createStorage({ adopt: async () => [entry(4), entry(5)] })
    const { outbox, join, sent } = startOutbox(storeAll, option)
    void outbox.emit('general', 'm', 'new').receipt
    join()
    await vi.advanceTimersByTimeAsync(1)
    expect(sent()).toEqual([['old 4', 'old 5'], ['new']])
  })
  test('messages of a page that closes later go behind', async () => {
    const { option, opened } = createStorage()
    const { outbox, join, sent } = startOutbox(storeAll, option)
    join()
    await flush()
    void outbox.emit('general', 'm', 'new').receipt
    opened.events?.adopted([entry(1)])
    await flush()
    expect(sent()).toEqual([['new'], ['old 1']])
  })
  test('C1 a page whose messages were taken over uses another cid', async () => {
    const { option, opened } = createStorage()
    const { outbox, join, requests } = startOutbox(storeAll, option)
    join()
    await flush()
    await outbox.emit('general', 'm', 1).receipt
    opened.events?.lost(opened.cid!)
    await outbox.emit('general', 'm', 2).receipt
    expect(requests.map(({ cid }) => cid === opened.cid)).toEqual([true, false])
    expect(requests.map(({ items }) => items[0]?.n)).toEqual([1, 1])
  })
  test('C1 a page whose storage failed uses another cid, so that a later page can finish what is stored', async () => {
    const { option, opened } = createStorage()
    const { outbox, join, requests, changes } = startOutbox(storeAll, option)
    join()
    opened.events?.failed(new Error('the disk is full'))
    await flush()
    await outbox.emit('general', 'm', 1).receipt
    expect(requests[0]?.cid).not.toBe(opened.cid)
    expect(changes[0]).toBe('storage failed')
  })
  test('the status says where messages are kept, and how many wait for a user', async () => {
    const { option, opened, calls } = createStorage()
    const { outbox, counts } = startOutbox(storeAll, option)
    outbox.onConnecting()
    opened.events?.waiting(3)
    opened.events?.moved()
    expect(counts()).toEqual({ queued: 0, sending: 0, storage: 'indexedDB', waitingForUser: 3 })
    expect(calls).toEqual(['begin'])
  })
  test('nothing more is adopted after the client stopped', () => {
    const { option, calls } = createStorage()
    const { outbox } = startOutbox(storeAll, option)
    outbox.onHello(helloOf('ada'))
    outbox.onStopped(Object.assign(new Error('stopped'), { code: 'DISCONNECTED' }) as never)
    expect(calls).toEqual(['pause'])
  })
})
