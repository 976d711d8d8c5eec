import { MAX_JOINS_MS, type JoinAnswer } from '@roomful/contract/protocol'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { PageTurn, PageTurns } from '../src/guard/page-turns.ts'
import { refuse } from '../src/refuse.ts'
import { JoinGroup, type JoinTurn } from '../src/rooms/joins/join-group.ts'

const entry = (text: string) => ({ event: 'message', data: text, seq: 1, id: 'id', from: null, at: 1 })
const answerWith = (more: Partial<JoinAnswer> = {}): JoinAnswer => ({
  ok: true,
  epoch: 'epoch-one',
  head: 1,
  first: 1,
  entries: [],
  ...more,
})
const sizeOf = (value: unknown): number => JSON.stringify(value).length

const decision = (): [Promise<void>, () => void] => {
  let decide = (): void => {}
  return [new Promise((resolve) => (decide = resolve)), () => decide()]
}

/** A join that is decided by `decision`, and then reads `answer`. */
const joinOf =
  (decision?: Promise<unknown>, answer: (bytes: number) => JoinAnswer = () => answerWith()) =>
  async (turn: JoinTurn): Promise<JoinAnswer> => {
    await decision
    return await turn.complete(answer(await turn.begin()))
  }

function start(count: number, limits: Partial<{ pageBytes: number; answerBytes: number }> = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let pages = 0
  let mayRead = true
  const total = { pageBegins: () => void (pages += 1), pageEnds: () => void (pages -= 1) }
  const turns = new PageTurns({ mayReadPage: () => mayRead }, total)
  const group = new JoinGroup(count, new PageTurn(turns), { pageBytes: 1_000, answerBytes: 10_000, ...limits })
  return {
    group,
    turns,
    pages: () => pages,
    block: () => (mayRead = false),
    /** Until the promises that are settled have called what depends on them. */
    settle: () => new Promise(setImmediate),
  }
}

describe('S26 the joins of one request', () => {
  test('are answered together, in one turn to read a page', async () => {
    const { group, pages, settle } = start(2)
    const [decided, decide] = decision()
    const answered: string[] = []
    const [one, two] = [group.run(joinOf()), group.run(joinOf(decided))]
    void one.then(() => answered.push('one'))
    await settle()
    expect([answered, pages()]).toEqual([[], 0])
    decide()
    await Promise.all([one, two])
    expect(pages()).toBe(1)
  })

  test('a refused join delays no other, and reads no page', async () => {
    const { group, pages } = start(2)
    const refused = group.run(joinOf(Promise.reject(refuse('FORBIDDEN'))))
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(group.run(joinOf())).resolves.toMatchObject({ ok: true })
    expect(pages()).toBe(1)
  })

  test('a request whose joins are all refused takes no turn', async () => {
    const { group, pages } = start(1)
    await expect(group.run(joinOf(Promise.reject(refuse('FORBIDDEN'))))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(pages()).toBe(0)
  })

  test('a join that is not decided in time is refused with MORE, and is never entered; the others are answered', async () => {
    const { group, settle } = start(2)
    const [decided, decide] = decision()
    let entered = false
    const slow = group.run(joinOf(decided, () => ((entered = true), answerWith())))
    const quick = group.run(joinOf())
    void slow.catch(() => {})
    await settle()
    await vi.advanceTimersByTimeAsync(MAX_JOINS_MS)
    await expect(slow).rejects.toMatchObject({ code: 'MORE' })
    await expect(quick).resolves.toMatchObject({ ok: true })
    decide()
    await settle()
    expect(entered).toBe(false)
  })

  test('all are refused where the connection ends before the turn', async () => {
    const { group, turns, block, settle } = start(2)
    block()
    const joins = Promise.allSettled([group.run(joinOf()), group.run(joinOf())])
    await settle()
    turns.close()
    const refused = { status: 'rejected', reason: expect.objectContaining({ code: 'UNAVAILABLE' }) }
    expect(await joins).toEqual([refused, refused])
  })

  test('a join that fails while it reads is refused alone', async () => {
    const { group } = start(2)
    const failed = group.run(
      joinOf(undefined, () => {
        throw refuse('UNAVAILABLE')
      }),
    )
    const other = group.run(joinOf())
    await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(other).resolves.toMatchObject({ ok: true })
  })
})

describe('S26 the entries of one answer', () => {
  test('are within pageBytes: a busy room gets what the others leave', async () => {
    const rooms = 40
    const { group } = start(rooms, { pageBytes: 8_000 })
    const given: number[] = []
    const joins = Array.from({ length: rooms }, (_, index) =>
      group.run(
        joinOf(undefined, (bytes) => {
          given.push(bytes)
          const isBusy = index % 10 === 0
          return answerWith({ entries: isBusy ? [entry('x'.repeat(Math.max(0, bytes - 100)))] : [] })
        }),
      ),
    )
    const answers = await Promise.all(joins)
    const sizes = answers.map(({ entries }) => (entries.length === 0 ? 0 : sizeOf(entries)))
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(8_000)
    expect(sizes.filter((size) => size > 900).length).toBeGreaterThanOrEqual(4)
    expect(Math.max(...given)).toBeGreaterThanOrEqual(1_000)
  })

  test('an entry that is larger than the share of its room is left out', async () => {
    const { group } = start(2)
    const large = group.run(joinOf(undefined, (bytes) => answerWith({ entries: [entry('x'.repeat(bytes))] })))
    const small = group.run(joinOf(undefined, () => answerWith({ entries: [entry('x')] })))
    expect(await large).toEqual(answerWith())
    expect((await small).entries).toHaveLength(1)
  })

  test('no other room is entered once the answers have answerBytes, members included', async () => {
    const { group } = start(20, { answerBytes: 2_000 })
    const list = Array.from({ length: 10 }, (_, index) => ({ user: { id: 'x'.repeat(90) + index } }))
    const joins = Array.from({ length: 20 }, () =>
      group.run(joinOf(undefined, () => answerWith({ members: { v: 1, count: 10, list } }))),
    )
    const codes = (await Promise.allSettled(joins)).map((one) => (one.status === 'rejected' ? one.reason.code : 'ok'))
    expect(new Set(codes)).toEqual(new Set(['ok', 'MORE']))
    expect(codes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(9)
  })
})
