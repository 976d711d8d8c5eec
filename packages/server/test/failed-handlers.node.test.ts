import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FailedAttempts } from '../src/publish/failed-attempts.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, startRooms, texts, words } from './support/start-rooms.ts'

/** A handler that counts its runs by text, and fails the first runs for these texts. */
function failing(failures: Record<string, number>) {
  const runs: string[] = []
  const handler = ({ data }: { readonly data: { readonly text: string } }): void => {
    runs.push(data.text)
    const left = failures[data.text] ?? 0
    failures[data.text] = left - 1
    if (left > 0) throw new Error('the database is away')
  }
  return { runs, handler }
}

/** The longest wait that a client is told. */
const WAIT_MS = 4_000

describe('SEC24 S3 a handler that fails', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('twice, as while a database is away, refuses no message: the batch goes on in order when it works again', async () => {
    const { rooms, connect, errors } = await startRooms({ contract: guestChat })
    const { runs, handler } = failing({ b: 2, c: 2 })
    rooms.handle('message', handler)
    const ann = await connect()
    await ann.join('general')
    const items = texts(['a', 'b', 'c'])
    const codes: unknown[] = []
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const { code, results } = await ann.publish('general', items)
      codes.push([code, results?.length])
      vi.advanceTimersByTime(WAIT_MS)
    }
    expect(codes).toEqual([
      ['UNAVAILABLE', 1],
      ['UNAVAILABLE', 1],
      ['UNAVAILABLE', 2],
      ['UNAVAILABLE', 2],
      [undefined, 3],
    ])
    expect(runs).toEqual(['a', 'b', 'b', 'b', 'c', 'c', 'c'])
    expect(words(ann)).toEqual(['a', 'b', 'c'])
    expect(errors).toHaveLength(4)
  })

  test('three times refuses the message for good, and only that one; its handler does not run again', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    const { runs, handler } = failing({ broken: Infinity })
    rooms.handle('message', handler)
    const ann = await connect()
    await ann.join('general')
    const items = texts(['broken', 'after it'])
    for (const _ of ['first', 'second']) {
      expect(await ann.publish('general', items)).toMatchObject({ code: 'UNAVAILABLE', results: [] })
      vi.advanceTimersByTime(WAIT_MS)
    }
    const answer = await ann.publish('general', items)
    expect(answer).toMatchObject({ ok: true, results: [{ code: 'INTERNAL' }, { seq: 1 }] })
    expect(await ann.publish('general', items)).toEqual(answer)
    expect(runs).toEqual(['broken', 'broken', 'broken', 'after it'])
  })

  test('again before the wait that the client was told is over is not counted, as after reconnects', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    const { runs, handler } = failing({ a: 4 })
    rooms.handle('message', handler)
    const ann = await connect()
    await ann.join('general')
    for (const after of [1_000, 600, 200]) {
      expect(await ann.publish('general', texts(['a']))).toMatchObject({ code: 'UNAVAILABLE', after, results: [] })
      vi.advanceTimersByTime(400)
    }
    expect(await ann.publish('general', texts(['a']))).toMatchObject({ code: 'UNAVAILABLE', after: WAIT_MS })
    expect(await ann.publish('general', texts(['a']))).toMatchObject({ ok: true })
    expect(runs).toHaveLength(5)
  })

  test('for another sender or in another room has no effect on the attempts of a message', async () => {
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
    const { handler } = failing({ x: Infinity })
    rooms.handle('message', handler)
    const [ann, eve] = [await connect({ id: 'ann' }), await connect({ id: 'eve' })]
    const failures = [
      () => eve.publish('general', texts(['x'])),
      () => eve.publish('general', texts(['x'])),
      () => ann.publish('general', texts(['x'])),
      () => ann.publish('other', texts(['x'])),
      () => ann.publish('general', texts(['x']), { cid: cidOf('b') }),
    ]
    for (const client of [ann, eve]) for (const room of ['general', 'other']) await client.join(room)
    for (const publish of failures) expect(await publish()).toMatchObject({ code: 'UNAVAILABLE', results: [] })
  })
})

describe('the counts of failed attempts', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** Each attempt comes after the wait of the one before. */
  const codes = (attempts: FailedAttempts, sender: string, count: number) =>
    Array.from({ length: count }, () => {
      const { code } = attempts.refusalFor(sender, 1)
      vi.advanceTimersByTime(WAIT_MS)
      return code
    })

  test('are forgotten ten minutes after the last attempt', () => {
    const attempts = new FailedAttempts()
    expect(codes(attempts, 'ann', 2)).toEqual(['UNAVAILABLE', 'UNAVAILABLE'])
    vi.advanceTimersByTime(600_000 - WAIT_MS)
    expect(codes(attempts, 'ann', 2)).toEqual(['UNAVAILABLE', 'UNAVAILABLE'])
    vi.advanceTimersByTime(599_999 - WAIT_MS)
    expect(codes(attempts, 'ann', 1)).toEqual(['INTERNAL'])
  })

  test('are kept for 10,000 senders: beyond it the one that was not used for longest is forgotten', () => {
    const attempts = new FailedAttempts()
    codes(attempts, 'ann', 2)
    codes(attempts, 'bob', 2)
    for (let n = 0; n < 9_998; n += 1) attempts.refusalFor(`sender ${n}`, 1)
    expect(codes(attempts, 'bob', 1)).toEqual(['INTERNAL'])
    for (let n = 9_998; n < 10_000; n += 1) attempts.refusalFor(`sender ${n}`, 1)
    expect(codes(attempts, 'ann', 1)).toEqual(['UNAVAILABLE'])
  })
})
