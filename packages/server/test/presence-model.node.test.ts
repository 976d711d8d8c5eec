import { type MembersDelta, type WireMember, wire } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LeaveDelay } from '../src/rooms/members/leave-delay.ts'
import type { SocketIoSocket } from '../src/socket-io.ts'
import { memoryLog } from '../src/index.ts'
import { Metrics } from '../src/metrics/metrics.ts'
import { Room } from '../src/rooms/room.ts'
import { createServerSender } from '../src/rooms/server-messages.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const GRACE_MS = 5_000
const PRESENCE_INTERVAL_MS = 50

interface Connection {
  key: object
  user: string
  state: unknown
  /** Rises with each enter and each new presence. */
  no: number
  isLost: boolean
  /** The lost socket that set the presence, until this one sets its own. */
  lender?: object | undefined
}

/** A simple model of a room's members: its connections, and when each lost one is removed. */
class Expected {
  readonly #merges: boolean
  #connections: Connection[] = []
  #lost: { key: object; user: string; until: number }[] = []
  #no = 0
  /** When the last lost connection was removed. */
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
  /** The presence of each present user; null for none. */
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

/** The real room with its timers, and a member that receives everything. */
class Actual {
  readonly live: { socket: SocketIoSocket; user: string }[] = []
  readonly #leaveDelay = new LeaveDelay(GRACE_MS)
  readonly #room: Room
  readonly #emitter = {
    emit: (event: string, delta: MembersDelta) => this.#receive(event, delta),
    except: () => this.#emitter,
  }
  view: Map<string, WireMember>
  v: number
  #receivedAt = -Infinity

  constructor(merges: boolean) {
    const io = { on: () => io, off: () => io, use: () => io, local: { to: () => this.#emitter } }
    const report = (error: unknown) => {
      throw error
    }
    const log = memoryLog()
    this.#room = new Room('general', {
      server: createServerSender(),
      io,
      log,
      readMissed: (room, request) => log.page(room, request),
      metrics: new Metrics(),
      maxMembers: 200,
      report,
      pageBytes: 262_144,
      ...(merges ? { mergePresence: (all) => all } : {}),
    })
    const { v, list } = this.#room.members('')!
    this.v = v
    this.view = new Map(list.map((member) => [member.user.id, member]))
  }

  enter(user: string, presence?: unknown): object {
    const socket = { join: () => {}, leave: () => {}, local: { to: () => this.#emitter } } as unknown as SocketIoSocket
    this.live.push({ socket, user })
    void this.#room.enter(socket, { id: user }, { presence })
    return socket
  }
  set(index: number, presence: unknown): void {
    const { socket, user } = this.live[index]!
    this.#room.setPresence(socket, { id: user }, presence)
  }
  leave(index: number): void {
    const [{ socket, user }] = this.live.splice(index, 1) as [(typeof this.live)[number]]
    this.#room.disconnect(socket, { id: user })
    this.#room.leave(socket, { id: user })
  }
  lose(index: number): void {
    const [{ socket, user }] = this.live.splice(index, 1) as [(typeof this.live)[number]]
    this.#room.disconnect(socket, { id: user })
    this.#leaveDelay.schedule(user, () => this.#room.leave(socket, { id: user }))
  }
  shutOut(user: string): void {
    this.#room.removeLost(user)
  }
  snapshot() {
    return this.#room.members('')
  }
  stop(): void {
    this.#leaveDelay.stop()
    this.#room.stop()
  }

  /* oxlint-disable vitest/no-standalone-expect -- messages are checked as they arrive, within the test */
  #receive(event: string, { v, set = [], gone = [] }: MembersDelta): void {
    expect(event).toBe(wire.members)
    expect(v).toBe(this.v + 1)
    expect(set.length + gone.length).toBeGreaterThan(0)
    let isStateOnly = gone.length === 0
    for (const member of set) {
      const before = this.view.get(member.user.id)
      expect(member, 'a sent member differs from before').not.toEqual(before)
      if (before === undefined) isStateOnly = false
      this.view.set(member.user.id, member)
    }
    for (const id of gone) expect(this.view.delete(id), 'a user who leaves was a member').toBe(true)
    if (isStateOnly) expect(performance.now() - this.#receivedAt).toBeGreaterThanOrEqual(PRESENCE_INTERVAL_MS)
    this.#receivedAt = performance.now()
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

test('S15 S16 random enters, losses, returns, leaves and presences: the members are those of a simple model, with v rising by one', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60, size: 'max' }), (merges, steps) => {
      const [expected, actual] = [new Expected(merges), new Actual(merges)]
      try {
        for (const one of steps) {
          take(one, expected, actual)
          const now = expected.at(performance.now())
          expect([...actual.view.keys()].toSorted(), 'enter and leave are sent at once').toEqual(
            Object.keys(now).toSorted(),
          )
          expect(actual.snapshot(), 'deltas lead from one snapshot to the next').toEqual({
            v: actual.v,
            count: actual.view.size,
            list: [...actual.view.values()],
          })
          const quietMs = one.do === 'wait' ? Math.min(one.ms, performance.now() - expected.endedAt) : 0
          if (quietMs < PRESENCE_INTERVAL_MS) continue
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

test('S16 a user has at most eight lost connections: beyond it the oldest is removed at once', () => {
  const left: number[] = []
  const leaveDelay = new LeaveDelay(GRACE_MS)
  for (let index = 0; index < 10; index += 1) leaveDelay.schedule('ann', () => left.push(index))
  leaveDelay.schedule('bob', () => left.push(100))
  expect(left).toEqual([0, 1])
  vi.advanceTimersByTime(GRACE_MS)
  expect(left).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100])
})
