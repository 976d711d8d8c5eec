import { type MembersDelta, type WireMember, wire } from '@roomful/contract'
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

/** What a room's members should look like, in the plainest of words: connections, and when each of them ends. */
class Expected {
  #connections: { key: object; user: string; state: unknown; setNo: number; until: number }[] = []
  #sets = 0

  enter(key: object, user: string): void {
    this.#connections.push({ key, user, state: undefined, setNo: 0, until: Infinity })
  }
  set(key: object, state: unknown): void {
    for (const one of this.#connections.filter((it) => it.key === key))
      Object.assign(one, { state, setNo: ++this.#sets })
  }
  leave(key: object): void {
    this.#connections = this.#connections.filter((it) => it.key !== key)
  }
  lose(key: object, user: string, until: number): void {
    for (const one of this.#connections.filter((it) => it.key === key)) one.until = until
    const lost = this.#connections.filter((it) => it.user === user && it.until < Infinity)
    lost.sort((a, b) => a.until - b.until)
    for (const one of lost.slice(0, -8)) this.leave(one.key)
  }
  /** Each user who is here, and the state that is shown; null where it has none. */
  at(now: number): Record<string, unknown> {
    const shown: Record<string, unknown> = {}
    const bySet = this.#connections.filter(({ until }) => until > now).toSorted((a, b) => a.setNo - b.setNo)
    for (const { user, state } of bySet) shown[user] = state ?? shown[user] ?? null
    return shown
  }
}

/** A room as it ships, with its timers, and somebody in it who hears everything. */
class Actual {
  readonly live: { socket: RoomsSocket; user: string }[] = []
  readonly #grace = new Grace(GRACE_MS)
  readonly #room: Room
  readonly #emitter = { emit: (event: string, delta: MembersDelta) => this.#hear(event, delta) }
  view: Map<string, WireMember>
  v: number
  #heardAt = -Infinity

  constructor() {
    const host = { on: () => host, off: () => host, use: () => host, to: () => this.#emitter }
    const report = (error: unknown) => {
      throw error
    }
    this.#room = new Room('general', host, memoryLog(), report)
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
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 20, 50, 70, 1_000, 4_999, 5_000) }),
)

test('S15 S16 whoever enters, is lost, comes back, leaves and says what it likes: the members are as a plain model says, v by v', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [expected, actual] = [new Expected(), new Actual()]
      for (const it of steps) {
        if (it.do === 'enter') {
          const key = actual.enter(it.user, it.state)
          expected.enter(key, it.user)
          if (it.state !== undefined) expected.set(key, it.state ?? undefined)
        } else if (it.do === 'wait') {
          vi.advanceTimersByTime(it.ms)
        } else if (actual.live.length > 0) {
          const index = it.which % actual.live.length
          const { socket, user: who } = actual.live[index]!
          if (it.do === 'set') {
            actual.set(index, it.state)
            expected.set(socket, it.state ?? undefined)
          } else if (it.do === 'leave') {
            actual.leave(index)
            expected.leave(socket)
          } else {
            actual.lose(index)
            expected.lose(socket, who, performance.now() + GRACE_MS)
          }
        }
        const now = expected.at(performance.now())
        expect([...actual.view.keys()].toSorted(), 'enter and leave are told at once').toEqual(
          Object.keys(now).toSorted(),
        )
        expect(actual.snapshot(), 'deltas lead from one snapshot to the next').toEqual({
          v: actual.v,
          list: [...actual.view.values()],
        })
        if (it.do !== 'wait' || it.ms < TELL_EVERY_MS) continue
        const shown = Object.fromEntries([...actual.view].map(([id, { presence = null }]) => [id, presence]))
        expect(shown).toEqual(now)
      }
      actual.stop()
      expect(vi.getTimerCount()).toBe(0)
    }),
    { numRuns: 2_000 },
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
