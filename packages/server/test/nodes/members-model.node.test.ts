import { type MembersDelta, wire } from '@roomful/contract/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { memoryLog } from '../../src/index.ts'
import { Metrics } from '../../src/metrics/metrics.ts'
import { NodeLinks } from '../../src/nodes/node-links.ts'
import { ActiveRooms } from '../../src/rooms/active-rooms.ts'
import { LeaveDelay } from '../../src/rooms/members/leave-delay.ts'
import type { Snapshot } from '../../src/rooms/members/members.ts'
import type { Room } from '../../src/rooms/room.ts'
import type { SocketIoSocket } from '../../src/socket-io.ts'
import { MemoryHub, sharedLog } from '../support/memory-nodes.ts'

const GRACE_MS = 5_000
/** A limit of members that is never reached. */
const WHOLE = 200
/** A presence is written within this time. */
const WRITE_MS = 50
/** Long enough for every grace, for a check of the positions, and for a partial room to be whole again. */
const HEALING_MS = 60_000
const CLOCKS_MS = [0, 30_000, -30_000]

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
    }),
)
afterEach(() => void vi.useRealTimers())

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** What one client knows of the members, from its snapshot and the changes. */
class View {
  #v = -1
  list: Map<string, unknown> | undefined
  count = 0

  begin({ v, count, list, partial }: Snapshot): void {
    this.#v = v
    this.count = count
    this.list = partial ? undefined : new Map(list.map(({ user, presence }) => [user.id, presence ?? null]))
  }

  /* oxlint-disable vitest/no-standalone-expect -- messages are checked as they arrive, within the test */
  receive({ v, count, set = [], gone = [], list, partial }: MembersDelta, isOwn: boolean): void {
    if (this.#v === -1) return // before the answer to the join
    expect(v).toBe(isOwn ? this.#v : this.#v + 1)
    this.#v = v
    this.count = count
    if (partial) this.list = undefined
    if (list) this.list = new Map(list.map(({ user, presence }) => [user.id, presence ?? null]))
    for (const { user, presence } of set) this.list?.set(user.id, presence ?? null)
    for (const id of gone) expect(this.list?.delete(id)).not.toBe(false)
  }
  /* oxlint-enable vitest/no-standalone-expect */
}

interface Connection {
  readonly process: Process
  readonly room: Room
  readonly socket: SocketIoSocket
  readonly view: View
  readonly user: string
  presence: unknown
  /** Rises with each new presence, over all processes. */
  no: number
}

/** A process with one room, and the connections of its clients. */
class Process {
  readonly node
  readonly rooms: ActiveRooms
  readonly links: NodeLinks
  readonly #leaveDelay = new LeaveDelay(GRACE_MS)
  readonly views = new Map<SocketIoSocket, View>()

  constructor(hub: MemoryHub, limit: number, hooks: string[]) {
    this.node = hub.node()
    const report = () => {} // failures of the nodes are part of the test
    this.links = new NodeLinks(this.node, { info: '', graceMs: GRACE_MS, maxBytes: 65_536, report })
    const io = { on: () => io, off: () => io, use: () => io, local: { to: () => this.#emitter() } }
    this.rooms = new ActiveRooms({
      io,
      log: sharedLog(memoryLog(), this.node),
      metrics: new Metrics(),
      report,
      maxMembers: limit,
      pageBytes: 262_144,
      nodes: { links: this.links, graceMs: GRACE_MS },
      onJoin: (_room, { id }) => void hooks.push(`+${id}`),
      onLeave: (_room, { id }) => void hooks.push(`-${id}`),
    })
  }

  #emitter(except?: SocketIoSocket) {
    const emit = (event: string, delta: MembersDelta) => {
      if (event === wire.members)
        for (const [socket, view] of this.views) if (socket !== except) view.receive(delta, false)
    }
    return { emit, except: () => this.#emitter(except) }
  }

  async enter(user: string, presence: unknown): Promise<Connection | undefined> {
    const room = this.rooms.retain('general')
    const view = new View()
    const socket = {
      join: () => {},
      leave: () => {},
      conn: { readyState: 'open' },
      local: { to: () => this.#emitter(socket) },
      emit: (_event: string, delta: MembersDelta) => view.receive(delta, true),
    } as unknown as SocketIoSocket
    try {
      await room.open()
    } catch {
      this.rooms.release('general') // the nodes are away: the join is refused
      return undefined
    }
    this.views.set(socket, view)
    await room.enter(socket, { id: user }, { presence })
    view.begin(room.members(user)!)
    return { process: this, room, socket, view, user, presence: presence ?? null, no: 0 }
  }

  disconnect({ room, socket, user }: Connection): void {
    this.views.delete(socket)
    room.disconnect(socket, { id: user })
  }

  leave(connection: Connection): void {
    this.disconnect(connection)
    this.#end(connection)
  }

  lose(connection: Connection): void {
    this.disconnect(connection)
    this.#leaveDelay.schedule(connection.user, () => this.#end(connection))
  }

  #end({ room, socket, user }: Connection): void {
    room.leave(socket, { id: user })
    this.rooms.release('general')
  }

  stop(): void {
    this.node.die()
    void this.links.stop()
    this.#leaveDelay.stop()
    this.rooms.stop()
    this.rooms.clear()
  }
}

const which = fc.nat()
const where = fc.nat({ max: 2 })
const user = fc.constantFrom('ann', 'bob', 'cy', 'dan', 'eve')
const presence: fc.Arbitrary<unknown> = fc.constantFrom('a', 'b', { status: 'away' }, null)
const calm = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('enter' as const),
      where,
      user,
      presence: fc.option(presence, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('set' as const), which, presence }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), which }) },
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 20, 60, 1_000, 4_999, 10_000) }),
)
const fault = fc.record({
  do: fc.constantFrom(
    'drop' as const,
    'hold' as const,
    'shuffle' as const,
    'fail' as const,
    'fail late' as const,
    'restore' as const,
    'die' as const,
    'expire' as const,
    'forget' as const,
  ),
  where,
})

type Step = typeof calm extends fc.Arbitrary<infer T> ? T : never
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never

class World {
  readonly hooks: string[] = []
  readonly #limit: number
  readonly hub = new MemoryHub()
  readonly processes: Process[]
  connections: Connection[] = []
  #no = 0

  constructor(limit: number) {
    this.#limit = limit
    this.processes = CLOCKS_MS.map(() => new Process(this.hub, limit, this.hooks))
  }

  async take(step: Step | Fault): Promise<void> {
    if (step.do === 'wait') await vi.advanceTimersByTimeAsync(step.ms)
    else if (step.do === 'enter') {
      const entered = await this.#at(step.where, (process) => process.enter(step.user, step.presence))
      if (entered) this.connections.push(entered)
      if (entered && step.presence !== undefined) entered.no = ++this.#no
    } else if ('which' in step) await this.#change(step)
    else this.#fail(step)
    await settled()
  }

  /** The clocks of the processes differ. */
  async #at<T>(index: number, run: (process: Process) => T | Promise<T>): Promise<T> {
    const now = Date.now()
    vi.setSystemTime(now + CLOCKS_MS[index]!)
    try {
      return await run(this.processes[index]!)
    } finally {
      vi.setSystemTime(now)
    }
  }

  async #change(step: Extract<Step, { which: number }>): Promise<void> {
    const connection = this.connections[step.which % this.connections.length]
    if (connection === undefined) return
    await this.#at(this.processes.indexOf(connection.process), (process) => {
      if (step.do === 'set') {
        connection.room.setPresence(connection.socket, { id: connection.user }, step.presence)
        if (JSON.stringify(connection.presence) !== JSON.stringify(step.presence)) connection.no = ++this.#no
        connection.presence = step.presence
        return
      }
      this.connections = this.connections.filter((one) => one !== connection)
      if (step.do === 'leave') process.leave(connection)
      else process.lose(connection)
    })
  }

  #fail(step: Fault): void {
    const process = this.processes[step.where]!
    const { node } = process
    if (step.do === 'drop') node.drop(({ type }) => type === 'members')
    else if (step.do === 'hold') node.hold()
    else if (step.do === 'shuffle') node.release((held) => held.toReversed())
    else if (step.do === 'fail') node.fail()
    else if (step.do === 'fail late') node.fail({ isLate: true })
    else if (step.do === 'restore') {
      node.drop()
      node.restore()
    } else if (step.do === 'expire') node.expire()
    else if (step.do === 'forget') this.hub.forget()
    else {
      process.stop()
      this.connections = this.connections.filter((one) => one.process !== process)
      this.processes[step.where] = new Process(this.hub, this.#limit, this.hooks)
    }
  }

  /** All faults end, without a word to the nodes: they have to notice. */
  async heal(): Promise<void> {
    for (const { node } of this.processes) {
      node.drop()
      node.release()
      node.endFailure()
    }
    await vi.advanceTimersByTimeAsync(HEALING_MS)
    await settled()
  }

  stop(): void {
    for (const process of this.processes) process.stop()
  }

  /** The users who are here, each with the presences that its connections have set, oldest first. */
  get expected(): Map<string, unknown[]> {
    const byUser = new Map<string, unknown[]>()
    for (const { user: id } of this.connections) byUser.set(id, [])
    for (const one of this.connections.toSorted((a, b) => a.no - b.no))
      if (one.presence !== null) byUser.get(one.user)?.push(one.presence)
    return byUser
  }
}

/* oxlint-disable vitest/no-standalone-expect -- called by the tests */
function expectSame(world: World, limit: number, hasOrder: boolean): void {
  const { expected, connections, hub } = world
  expect(hub.position('general').count, 'the users in the store').toBe(expected.size)
  const lists = new Set<string>()
  for (const { room, view } of connections) {
    expect(view.count, 'the count of a client').toBe(expected.size)
    if (expected.size > limit) expect(view.list).toBeUndefined()
    else if (expected.size < limit * 0.8) expect(view.list).toBeDefined()
    if (view.list === undefined) continue
    const members = new Map(room.allMembers().map((member) => [member.user.id, member.presence ?? null]))
    expect(Object.fromEntries(view.list), 'a client knows what its server knows').toEqual(Object.fromEntries(members))
    lists.add(JSON.stringify([...members].toSorted(([a], [b]) => (a < b ? -1 : 1))))
    expect(new Set(members.keys()), 'the users').toEqual(new Set(expected.keys()))
    for (const [id, presences] of expected) {
      if (hasOrder || presences.length < 2)
        expect(members.get(id), `the presence of ${id}`).toEqual(presences.at(-1) ?? null)
      else expect(presences, `the presence of ${id}`).toContainEqual(members.get(id))
    }
  }
  expect(lists.size, 'all processes have the same members').toBeLessThanOrEqual(1)
}
/* oxlint-enable vitest/no-standalone-expect */

async function expectHealed(limit: number, steps: readonly (Step | Fault)[], isCalm: boolean): Promise<World> {
  const world = new World(limit)
  try {
    for (const [index, step] of steps.entries()) {
      // Each presence is another one, so that the newest one is always that which was set last.
      await world.take(isCalm && 'presence' in step && step.presence ? { ...step, presence: { index } } : step)
      if (isCalm) await vi.advanceTimersByTimeAsync(WRITE_MS) // what is changed in this time has no order over nodes
    }
    await world.heal()
    // Where a room was partial, its nodes do not know each other's stamps, and their clocks differ.
    expectSame(world, limit, isCalm && limit === WHOLE)
  } finally {
    world.stop()
  }
  return world
}

const limits = fc.constantFrom(3, WHOLE)

test('S15 S16 S27 after any joins, leaves, losses and presences on three nodes, all nodes and clients have the same members, and hooks ran once', async () => {
  await fc.assert(
    fc.asyncProperty(limits, fc.array(calm, { maxLength: 40, size: 'max' }), async (limit, steps) => {
      const world = await expectHealed(limit, steps, true)
      const here = new Map<string, boolean>()
      for (const hook of world.hooks) {
        const id = hook.slice(1)
        expect(here.get(id) ?? false).toBe(hook.startsWith('-'))
        here.set(id, hook.startsWith('+'))
      }
      expect([...here].flatMap(([id, isHere]) => (isHere ? [id] : [])).toSorted()).toEqual(
        [...world.expected.keys()].toSorted(),
      )
    }),
    { numRuns: 150 },
  )
})

test('S15 S16 S27 the same, where changes are lost and reordered, writes fail, nodes die or are taken for dead, and all is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(fc.oneof({ weight: 3, arbitrary: calm }, { weight: 1, arbitrary: fault }), {
        maxLength: 40,
        size: 'max',
      }),
      async (limit, steps) => void (await expectHealed(limit, steps, false)),
    ),
    { numRuns: 150 },
  )
})
