import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Backend } from './backend.ts'
import { findViolations } from './checks.ts'
import { leftovers, noteUncaught, resources } from './leftovers.ts'
import { Nodes } from './nodes.ts'
import { OneServer } from './one-server.ts'
import type { Page } from './page.ts'
import { Person } from './person.ts'
import { type Fault, planFaults } from './plan.ts'
import { seeded } from './random.ts'
import { SharedStorage } from './shared-storage.ts'
import type { RunRecord } from './run-record.ts'

const NAMES = ['ann', 'bob', 'cem', 'dia', 'eve', 'fay', 'gus', 'hal'] as const
/** More than the longest wait between two attempts to join a room. */
const SETTLE_LIMIT_MS = 60_000
/** Longer than the time after which a node notices what it has missed. */
const LATE_MS = 12_000
const TRACED_FAULTS = 15

export interface ChaosOptions {
  readonly seed: number
  readonly seconds: number
  /** How many nodes share a log in Redis. @default 0: one server with SQLite */
  readonly nodes?: number
}

export interface Outcome {
  readonly violations: readonly string[]
  readonly counts: Readonly<Record<string, number>>
  /** The run in one line. */
  readonly summary: string
  /** The last faults. */
  readonly trace: readonly string[]
  /** What was not settled after `LATE_MS`. */
  readonly late: readonly string[]
}

/** Applies faults for this time, then ends them all: every message must settle, once and in one order, and every member must see it. */
export async function runChaos({ seed, seconds, nodes = 0 }: ChaosOptions): Promise<Outcome> {
  const before = resources()
  const record: RunRecord = { sent: [], stays: [], left: [], putOut: new Set(), problems: [] }
  const stopNoting = noteUncaught((what) => record.problems.push(what))
  const folder = await mkdtemp(join(tmpdir(), 'roomful-chaos-'))
  let backend: Backend | undefined
  try {
    backend =
      nodes === 0
        ? await OneServer.start(join(folder, 'rooms.db'), seeded(seed), record)
        : await Nodes.start(nodes, seed, record)
    const people = await startPeople(backend, seed, record)
    const plan = planFaults(seeded(-seed), { clients: people.length, nodes }, seconds * 1_000)
    const faults = await applyFaults(people, backend, plan)
    const healedAt = performance.now()
    await backend.heal()
    for (const { page } of people) {
      page.proxy.pass()
      page.joinFailed()
    }
    const late = await untilSettled(people, backend)
    for (const person of people) person.sendLast()
    late.push(...(await untilSettled(people, backend)))
    const settledAfterMs = performance.now() - healedAt
    checkMembers(people, record)
    const logs = await backend.logs()
    await stopAll(people, backend, record)
    await backend.kill()
    const left = await leftovers(before)
    const violations = [...findViolations(record, logs), ...left]
    const counts = {
      messages: record.sent.length,
      faults: faults.length,
      reloads: people.reduce((sum, person) => sum + person.reloads, 0),
      'server restarts': backend.restarts.servers,
      ...(nodes > 0 && { 'Redis restarts': backend.restarts.redis }),
      'messages put out with their user': record.sent.filter(
        ({ outcome }) => outcome?.state === 'refused' && outcome.isPutOut,
      ).length,
      'seconds to settle': Math.round(settledAfterMs / 100) / 10,
      violations: violations.length,
    }
    const trace = faults.slice(-TRACED_FAULTS).map(traced)
    return { violations, counts, summary: summaryOf(seed, counts), trace, late }
  } finally {
    stopNoting()
    await backend?.kill()
    await rm(folder, { recursive: true })
  }
}

function startPeople({ ports }: Backend, seed: number, record: RunRecord): Promise<Person[]> {
  const starting = NAMES.map((user, index) => {
    const random = seeded(seed + index + 1)
    return Person.start({ user, ports, storage: new SharedStorage(random), record, random })
  })
  return Promise.all(starting)
}

/** Applies the plan while all people send; resolves with the faults that were applied when the last one is over. */
async function applyFaults(people: readonly Person[], backend: Backend, plan: readonly Fault[]): Promise<Fault[]> {
  const began = Date.now()
  const sending = people.map((person) => person.sendUntilStopped())
  const applying: Promise<unknown>[] = []
  const faults: Fault[] = []
  for (const fault of plan) {
    await delay(Math.max(0, began + fault.at - Date.now()))
    const applied = fault.on === 'page' ? people[fault.index]?.applyFault(fault, backend) : backend.applyFault(fault)
    if (applied === undefined) continue
    applying.push(applied)
    faults.push(fault)
  }
  for (const person of people) person.stopSending()
  await Promise.all([...sending, ...applying])
  await Promise.all(people.map((person) => person.untilPagesClosed()))
  return faults
}

/**
 * Waits until every message is settled and every member has received all of them and knows all members, at most
 * `SETTLE_LIMIT_MS`. Resolves with what was not settled after `LATE_MS`.
 */
async function untilSettled(people: readonly Person[], backend: Backend): Promise<string[]> {
  const beganAt = Date.now()
  let late: string[] | undefined
  while (Date.now() < beganAt + SETTLE_LIMIT_MS) {
    const heads = [...(await backend.logs()).values()].map((entries) => entries.length)
    const unsettled = people.filter(({ page }) => !isSettled(page, heads, people.length))
    if (unsettled.length === 0) break
    if (Date.now() > beganAt + LATE_MS)
      late ??= unsettled.map(({ page }) => `not settled: ${page.describe()}; heads ${heads.join()}`)
    await delay(100)
  }
  return late ?? []
}

function isSettled(page: Page, heads: readonly number[], count: number): boolean {
  if (page.unconfirmed > 0 || !knowsAll(page, count)) return false
  return page.positions.every((seq, room) => seq === heads[room] || seq === 'none')
}

/** All people are in all rooms at the end. */
function checkMembers(people: readonly Person[], { problems }: RunRecord): void {
  for (const { page } of people)
    if (!knowsAll(page, people.length))
      problems.push(`C10 ${page.name} knows these members: ${page.members.join('; ')}`)
}

function knowsAll({ members }: Page, count: number): boolean {
  return members.every((ids) => ids.length === count)
}

async function stopAll(people: readonly Person[], backend: Backend, record: RunRecord): Promise<void> {
  for (const { page } of people) page.client.disconnect()
  await backend.stop()
  for (const { page } of people) await page.close()
  for (const { page } of people)
    if (page.client.status !== 'disconnected') record.problems.push(`C9 ${page.name} is ${page.client.status}`)
}

function summaryOf(seed: number, counts: Outcome['counts']): string {
  return `seed ${seed}: ${Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')}`
}

function traced({ at, on, index, kind, forMs }: Fault): string {
  const place = on === 'page' ? NAMES[index] : on === 'redis' ? 'Redis' : `${on} ${index}`
  return `${at} ms: ${kind} (${place})${forMs > 0 ? `, ${forMs} ms` : ''}`
}
