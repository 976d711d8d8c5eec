import { vi } from 'vitest'
import { findViews, findViolations } from './checks.ts'
import { ROOMS } from './frames.ts'
import type { ServerNode } from './server.ts'
import type { Options } from './surroundings.ts'
import { World } from './world.ts'
import { FLUSH_MS } from './server-sources.ts'

const FAILURES = ['emptied', 'unchanged', 'late'] as const

/** The operations of a run; those that make progress occur more often. */
const OPERATIONS = [
  ...many(8, 'send'),
  ...many(14, 'go'),
  ...many(8, 'connect'),
  ...many(4, 'reconnect'),
  ...many(2, 'timeOut'),
  'deliver',
  'receive',
  'step',
  'fan',
  'drop',
  'repeat',
  'flush',
  'tick',
  'heads',
  'save',
  'failStorage',
  'discard',
  'cut',
  'serverEnds',
  'reload',
  'die',
  'takeOver',
  'removeIds',
  'restart',
  'lose',
  'renew',
  ...many(2, 'failOver'),
  'age',
  'trim',
  'forbid',
  ...many(2, 'putOut'),
] as const

export const OPERATION_COUNT = OPERATIONS.length
/** The index of the operation, and two numbers that choose its target and its details. */
export type Operation = readonly [number, number, number]

/** Plays a run, ends all faults, and returns the broken promises. `setTimeout` must be Vitest's. */
export async function play(operations: readonly Operation[], options: Options): Promise<string[]> {
  const world = new World(options)
  const flavour = operations[0]?.[1] ?? 0
  for (const operation of operations) {
    await perform(world, operation, flavour)
    if (world.hasNews) await world.goOn()
  }
  const isSettled = await heal(world)
  const violations = [...(isSettled ? [] : ['livelock']), ...findViolations(world)]
  if (violations.length === 0 && !(await changeEpoch(world))) violations.push('livelock after another epoch')
  vi.clearAllTimers()
  return violations.length > 0 ? violations : findViews(world)
}

function perform(world: World, [kind, a, b]: Operation, flavour: number): void | Promise<void> {
  const tab = world.tabs[a % world.tabs.length]!
  const node = world.nodes[a % world.nodes.length]!
  const random = dice(a * 256 + b + 1)
  switch (OPERATIONS[kind % OPERATION_COUNT]) {
    case 'send':
      return world.emit(tab, b % 5 === 0 ? 1 : 0)
    case 'connect':
      return world.connect(tab, b)
    case 'reconnect':
      tab.cut()
      return world.connect(tab, b)
    case 'go':
      return go(world, random, b % 64)
    case 'timeOut':
      return tab.timeOut(b % ROOMS)
    case 'deliver':
      return deliver(world, a)
    case 'receive': {
      const links = world.links.filter(({ serverIsUp, toServer }) => serverIsUp && toServer.length > 0)
      const link = links[b % links.length]
      if (link) world.nodes[link.node]!.receive(link)
      return
    }
    case 'step':
      return void node.step(b, random)
    case 'fan':
      return void node.fan(b)
    case 'drop':
      return void node.fan(b, 'lost')
    case 'repeat':
      return void node.fan(b, 'repeated')
    case 'flush':
      return node.flush(b % ROOMS)
    case 'tick':
      return tick(world)
    case 'heads':
      return world.heads(a % world.nodes.length)
    case 'save':
      return tab.saved()
    case 'failStorage':
      return flavour % 5 === 2 ? tab.failStorage(FAILURES[b % FAILURES.length]!) : undefined
    case 'discard':
      return flavour % 3 === 2 ? tab.discard(b) : undefined
    case 'cut':
      return tab.cut()
    case 'serverEnds': {
      const link = world.links.find(({ serverIsUp, isUp }) => serverIsUp && !isUp)
      if (link) world.nodes[link.node]!.end(link)
      return
    }
    case 'reload':
      return world.reload(a % world.tabs.length, b % 2 === 0)
    case 'die':
      if (world.tabs.filter(({ isAlive }) => isAlive).length > 1) world.die(tab, b % 2 === 0)
      return
    case 'takeOver':
      return world.takeOver(tab)
    case 'removeIds':
      return flavour % 5 === 3 ? world.disk.removeIds() : undefined
    case 'restart':
      return world.restart(a % world.nodes.length)
    case 'lose':
      return flavour % 4 === 0 ? world.loseStore(b % 2 === 0) : undefined
    case 'renew':
      return flavour % 4 === 2 ? world.renewStore() : undefined
    case 'failOver':
      return world.options.durability && flavour % 4 > 0 ? world.store.failOver(b % 6) : undefined
    case 'age':
      return flavour % 4 === 1 ? world.age() : undefined
    case 'trim':
      return world.store.trim(b % ROOMS, a % 4)
    case 'putOut': {
      const links = world.links.filter(({ serverIsUp, member }) => serverIsUp && member.size > 0)
      const link = links[b % Math.max(1, links.length)]
      if (link) world.nodes[link.node]!.putOut(link, a % ROOMS)
      return
    }
    case 'forbid':
      if (flavour % 3 === 1) world.forbidden[a % ROOMS] = !world.forbidden[a % ROOMS]
  }
}

async function go(world: World, random: () => number, steps: number): Promise<void> {
  for (let left = steps; left >= 0; left--) {
    progress(world, random)
    if (world.hasNews) await world.goOn()
  }
}

/** Events that have waited for others are sent. */
function tick(world: World): void {
  world.clockMs += FLUSH_MS
  vi.advanceTimersByTime(FLUSH_MS)
}

function progress(world: World, random: () => number): void {
  const choice = random() % 11
  if (choice < 2) {
    const links = world.links.filter(({ serverIsUp, toServer }) => serverIsUp && toServer.length > 0)
    const live = links.filter(({ isUp }) => isUp)
    const from = live.length > 0 && random() % 6 > 0 ? live : links
    const link = from[random() % Math.max(1, from.length)]
    if (link) world.nodes[link.node]!.receive(link)
  } else if (choice < 5) world.nodes[random() % world.nodes.length]!.step(random(), random)
  else if (choice < 6) world.nodes[random() % world.nodes.length]!.fan(random())
  else if (choice < 8) deliver(world, random())
  else if (choice < 9) world.tabs[random() % world.tabs.length]!.saved()
  else if (choice < 10) world.tabs[random() % world.tabs.length]!.wake()
  else if (random() % 4 === 0) tick(world)
  else world.nodes[random() % world.nodes.length]!.flush(random() % ROOMS)
}

function deliver(world: World, index: number): void {
  const tab = world.tabs[index % world.tabs.length]!
  const frame = tab.link?.toClient.shift()
  if (frame) tab.receive(frame)
}

/** Ends all faults; returns whether the work then ends too. */
async function heal(world: World): Promise<boolean> {
  world.isHealing = true
  world.forbidden.fill(false)
  for (const tab of world.tabs) world.takeOver(tab)
  if (!(await settle(world))) return false
  for (const [index, tab] of world.tabs.entries()) if (tab.isAlive && !tab.hasStorage) world.reload(index, true) // the next page sends the entries that the storage still has
  for (const tab of world.tabs) world.takeOver(tab)
  if (!(await settle(world))) return false
  for (let node = 0; node < world.nodes.length; node++) world.heads(node)
  return settle(world)
}

/** The log gets another epoch, and has lost nothing. */
async function changeEpoch(world: World): Promise<boolean> {
  const joins = world.tabs.map(({ attempts }) => attempts)
  world.renewStore()
  const isSettled = await settle(world)
  world.hasJoinedAgain = world.tabs.some(({ attempts }, index) => attempts !== joins[index])
  return isSettled
}

const ROUNDS = 150

async function settle(world: World): Promise<boolean> {
  const none = (): number => 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const tab of world.tabs) {
      world.connect(tab, round)
      tab.saved()
      while (tab.waits.length > 0) tab.wake()
    }
    for (const link of world.links)
      for (let count = 0; count < 40 && link.serverIsUp; count++) if (!world.nodes[link.node]!.receive(link)) break
    for (const node of world.nodes) {
      for (let count = 0; count < 200 && node.tasks.length + node.reads.length > 0; count++) {
        node.step(count, none)
        if (world.hasNews) await world.goOn()
      }
      while (node.fan(0));
      for (let room = 0; room < ROOMS; room++) node.flush(room)
    }
    for (const tab of world.tabs) {
      for (let count = 0; count < 60 && tab.link?.toClient.length; count++) deliver(world, world.tabs.indexOf(tab))
      for (let room = 0; room < ROOMS; room++) if (tab.isAlive && tab.logs[room]!.status === 'away') tab.join(room)
    }
    if (!isBusy(world)) return true
  }
  return false
}

function isBusy(world: World): boolean {
  return (
    world.nodes.some(isNodeBusy) ||
    world.links.some(({ serverIsUp, toServer }) => serverIsUp && toServer.length > 0) ||
    world.tabs.some(
      ({ isAlive, messages, link, saving, waits }) =>
        isAlive && (messages.length > 0 || saving || waits.length > 0 || (link?.toClient.length ?? 0) > 0),
    )
  )
}

function isNodeBusy({ tasks, reads, rooms }: ServerNode): boolean {
  return tasks.length + reads.length > 0 || rooms.some((room) => room !== undefined && room.pipe.length > 0)
}

function dice(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 16
  }
}

function many<const T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value)
}
