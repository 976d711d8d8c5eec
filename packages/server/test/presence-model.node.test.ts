import { type MembersDelta, type WireMember, wire } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Grace } from '../src/grace.ts'
import type { RoomsSocket } from '../src/host.ts'
import { memoryLog } from '../src/index.ts'
import { Room } from '../src/room.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const GRACE_MS = 5_000
const TELL_EVERY_MS = 50

interface Connection {
  key: object
  user: string
  state: unknown
  /** Rises with each that enters, or sets another state. */
  no: number
  isLost: boolean
  /** Whose state it is, where this one took its place and has said nothing yet. */
  lender?: object | undefined
}

/** What a room's members should look like, in the plainest of words: connections, and when each that was lost is given up. */
class Expected {
  readonly #merges: boolean
  #connections: Connection[] = []
  #lost: { key: object; user: string; until: number }[] = []
  #no = 0
  /** When the last grace was over. */
  endedAt = -Infinity

  constructor(merges: boolean) {
    this.#merges = merges
  }

  enter(key: object, user: string, state: unknown): void {
    const lost = this.#connections.filter((it) => it.user === user && it.isLost).toSorted((a, b) => a.no - b.no)
    const place = lost.find((it) => isSame(it.state, state)) ?? lost[0]
    if (place) Object.assign(place, { key, isLost: false, lender: place.lender ?? place.key })
    else this.#connections.push({ key, user, state: null, no: ++this.#no, isLost: false })
    if (state !== undefined) this.set(key, state)
  }
  set(key: object, state: unknown): void {
    for (const one of this.#connections.filter((it) => it.key === key)) {
      one.lender = undefined
      if (!isSame(one.state, state)) Object.assign(one, { state, no: ++this.#no })
    }
  }
  leave(key: object): void {
    for (const one of this.#connections) if (one.lender === key) this.set(one.key, null)
    this.#connections = this.#connections.filter((it) => it.key !== key)
  }
  lose(key: object, user: string, until: number): void {
    for (const one of this.#connections) if (one.key === key) one.isLost = true
    this.#lost.push({ key, user, until })
    const [first, ...others] = this.#lost.filter((it) => it.user === user)
    if (others.length === 8) this.#giveUp(first!.key)
  }
  shutOut(user: string): void {
    this.#connections = this.#connections.filter((it) => it.user !== user || !it.isLost)
  }
  /** Each user who is here, and the state that is shown; null where it has none. */
  at(now: number): Record<string, unknown> {
    for (const { key, until } of this.#lost) {
      if (until > now) continue
      this.#giveUp(key)
      this.endedAt = until
    }
    const shown: Record<string, unknown> = {}
    for (const { user } of this.#connections) {
      const its = this.#connections
        .filter((it) => it.user === user && it.state !== null)
        .toSorted((a, b) => a.no - b.no)
      const states = its.map((it) => it.state)
      shown[user] = this.#merges && states.length > 1 ? states : (states.at(-1) ?? null)
    }
    return shown
  }
  #giveUp(key: object): void {
    this.#lost = this.#lost.filter((it) => it.key !== key)
    this.leave(key)
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)

/** A room as it ships, with its timers, and somebody in it who hears everything. */
class Actual {
  readonly live: { socket: RoomsSocket; user: string }[] = []
  readonly #grace = new Grace(GRACE_MS)
  readonly #room: Room
  readonly #emitter = { emit: (event: string, delta: MembersDelta) => this.#hear(event, delta) }
  view: Map<string, WireMember>
  v: number
  #heardAt = -Infinity

  constructor(merges: boolean) {
    const host = { on: () => host, off: () => host, use: () => host, to: () => this.#emitter }
    const report = (error: unknown) => {
      throw error
    }
    this.#room = new Room('general', {
      host,
      log: memoryLog(),
      report,
      ...(merges ? { mergePresence: (all) => all } : {}),
    })
    const { v, list } = this.#room.members()
    this.v = v
    this.view = new Map(list.map((member) => [member.user.id, member]))
  }

  enter(user: string, presence?: unknown): object {
    const socket = { join: () => {}, leave: () => {}, to: () => this.#emitter } as unknown as RoomsSocket
    this.live.push({ socket, user })
    void this.#room.enter(socket, { id: user }, presence)
    return socket
  }
  set(index: number, presence: unknown): void {
    const { socket, user } = this.live[index]!
    this.#room.setPresence(socket, { id: user }, presence)
  }
  leave(index: number): void {
    const [{ socket, user }] = this.live.splice(index, 1) as [(typeof this.live)[number]]
    this.#room.hangUp(socket, { id: user })
    this.#room.leave(socket, { id: user })
  }
  lose(index: number): void {
    const [{ socket, user }] = this.live.splice(index, 1) as [(typeof this.live)[number]]
    this.#room.hangUp(socket, { id: user })
    this.#grace.keep(user, () => this.#room.leave(socket, { id: user }))
  }
  shutOut(user: string): void {
    this.#room.forgetLost({ id: user })
  }
  snapshot() {
    return this.#room.members()
  }
  stop(): void {
    this.#grace.stop()
    this.#room.stop()
  }

  /* oxlint-disable vitest/no-standalone-expect -- what is heard is looked at as it comes, within the test */
  #hear(event: string, { v, set = [], gone = [] }: MembersDelta): void {
    expect(event).toBe(wire.members)
    expect(v).toBe(this.v + 1)
    expect(set.length + gone.length).toBeGreaterThan(0)
    let isStateOnly = gone.length === 0
    for (const member of set) {
      const before = this.view.get(member.user.id)
      expect(member, 'what is told is a change').not.toEqual(before)
      if (before === undefined) isStateOnly = false
      this.view.set(member.user.id, member)
    }
    for (const id of gone) expect(this.view.delete(id), 'whoever goes was here').toBe(true)
    if (isStateOnly) expect(performance.now() - this.#heardAt).toBeGreaterThanOrEqual(TELL_EVERY_MS)
    this.#heardAt = performance.now()
    this.v = v
  }
  /* oxlint-enable vitest/no-standalone-expect */
}

const state = fc.constantFrom('a', 'b', { status: 'away' }, null)
const user = fc.constantFrom('ann', 'bob', 'cy')
const step = fc.oneof(
  fc.record({ do: fc.constant('enter' as const), user, state: fc.option(state, { nil: undefined }) }),
  fc.record({ do: fc.constant('set' as const), which: fc.nat(), state }),
  fc.record({ do: fc.constant('leave' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('lose' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('shut out' as const), user }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 20, 50, 70, 1_000, 4_999, 5_000) }),
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(it: Step, expected: Expected, actual: Actual): void {
  if (it.do === 'enter') return expected.enter(actual.enter(it.user, it.state), it.user, it.state)
  if (it.do === 'wait') return void vi.advanceTimersByTime(it.ms)
  if (it.do === 'shut out') {
    actual.shutOut(it.user)
    return expected.shutOut(it.user)
  }
  if (actual.live.length === 0) return
  const index = it.which % actual.live.length
  const { socket, user: who } = actual.live[index]!
  if (it.do === 'set') {
    actual.set(index, it.state)
    expected.set(socket, it.state)
  } else if (it.do === 'leave') {
    actual.leave(index)
    expected.leave(socket)
  } else {
    actual.lose(index)
    expected.lose(socket, who, performance.now() + GRACE_MS)
  }
}

test('S15 S16 whoever enters, is lost, comes back, leaves and says what it likes: the members are as a plain model says, v by v', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60, size: 'max' }), (merges, steps) => {
      const [expected, actual] = [new Expected(merges), new Actual(merges)]
      try {
        for (const one of steps) {
          take(one, expected, actual)
          const now = expected.at(performance.now())
          expect([...actual.view.keys()].toSorted(), 'enter and leave are told at once').toEqual(
            Object.keys(now).toSorted(),
          )
          expect(actual.snapshot(), 'deltas lead from one snapshot to the next').toEqual({
            v: actual.v,
            list: [...actual.view.values()],
          })
          const quietMs = one.do === 'wait' ? Math.min(one.ms, performance.now() - expected.endedAt) : 0
          if (quietMs < TELL_EVERY_MS) continue
          const shown = Object.fromEntries([...actual.view].map(([id, { presence = null }]) => [id, presence]))
          expect(shown).toEqual(now)
        }
      } finally {
        actual.stop()
      }
      expect(vi.getTimerCount()).toBe(0)
    }),
    { numRuns: 1_000 },
  )
})

test('S16 a user has at most eight lost connections: the first of more goes at once', () => {
  const left: number[] = []
  const grace = new Grace(GRACE_MS)
  for (let index = 0; index < 10; index += 1) grace.keep('ann', () => left.push(index))
  grace.keep('bob', () => left.push(100))
  expect(left).toEqual([0, 1])
  vi.advanceTimersByTime(GRACE_MS)
  expect(left).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100])
})
