import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Backend } from './backend.ts'
import { findViolations } from './checks.ts'
import { leftovers, noteUncaught, resources } from './leftovers.ts'
import { Person } from './person.ts'
import { type Fault, planFaults, type ServerFault } from './plan.ts'
import { seeded } from './random.ts'
import { SharedStorage } from './shared-storage.ts'
import type { RunRecord } from './run-record.ts'

const NAMES = ['ann', 'bob', 'cem', 'dia', 'eve', 'fay', 'gus', 'hal'] as const
const SETTLE_LIMIT_MS = 40_000
const TRACED_FAULTS = 15

export interface Outcome {
  readonly violations: readonly string[]
  /** The run in one line. */
  readonly summary: string
  /** The last faults. */
  readonly trace: readonly string[]
}

/** Applies faults for this time, then ends them all: every message must settle, once and in one order, and every member must see it. */
export async function runChaos({ seed, seconds }: { seed: number; seconds: number }): Promise<Outcome> {
  const before = resources()
  const record: RunRecord = { sent: [], stays: [], left: [], putOut: new Set(), problems: [] }
  const stopNoting = noteUncaught((what) => record.problems.push(what))
  const folder = await mkdtemp(join(tmpdir(), 'roomful-chaos-'))
  let backend: Backend | undefined
  try {
    backend = await Backend.start(join(folder, 'rooms.db'), seeded(seed), record)
    const people = await startPeople(backend, seed, record)
    const faults = await applyFaults(people, backend, planFaults(seeded(-seed), people.length, seconds * 1_000))
    await backend.heal()
    for (const { page } of people) page.proxy.pass()
    await untilSettled(people, backend)
    for (const person of people) person.sendLast()
    await untilSettled(people, backend)
    const logs = await backend.logs()
    await stopAll(people, backend, record)
    const left = await leftovers(before)
    const violations = [...findViolations(record, logs), ...left]
    const reloads = people.reduce((sum, person) => sum + person.reloads, 0)
    const ended = record.sent.filter(({ outcome }) => outcome?.state === 'refused' && outcome.isPutOut).length
    const summary =
      `seed ${seed}: ${record.sent.length} messages, ${faults.length} faults, ${reloads} reloads, ` +
      `${backend.restarts} restarts, ${ended} messages put out with their user: ${violations.length} violations`
    return { violations, summary, trace: faults.slice(-TRACED_FAULTS).map(traced) }
  } finally {
    stopNoting()
    await backend?.kill()
    await rm(folder, { recursive: true })
  }
}

function startPeople({ port }: Backend, seed: number, record: RunRecord): Promise<Person[]> {
  const starting = NAMES.map((user, index) => {
    const random = seeded(seed + index + 1)
    return Person.start({ user, serverPort: port, storage: new SharedStorage(random), record, random })
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
    const { kind, forMs } = fault
    if (isOfServer(kind) && backend.isBusy) continue
    applying.push(
      isOfServer(kind) ? backend.applyFault(kind, forMs) : people[fault.client]!.applyFault(kind, forMs, backend),
    )
    faults.push(fault)
  }
  for (const person of people) person.stopSending()
  await Promise.all([...sending, ...applying])
  await Promise.all(people.map((person) => person.untilPagesClosed()))
  return faults
}

/** Waits until every message is settled and every member has received all of them, at most `SETTLE_LIMIT_MS`. */
async function untilSettled(people: readonly Person[], backend: Backend): Promise<void> {
  const endAt = Date.now() + SETTLE_LIMIT_MS
  while (Date.now() < endAt) {
    if (people.every(({ page }) => page.unconfirmed === 0)) {
      const heads = [...(await backend.logs()).values()].map((entries) => entries.length)
      const isAtHead = ({ page }: Person): boolean =>
        page.positions.every((seq, room) => seq === heads[room] || seq === 'none')
      if (people.every(isAtHead)) return
    }
    await delay(100)
  }
}

async function stopAll(people: readonly Person[], backend: Backend, record: RunRecord): Promise<void> {
  for (const { page } of people) page.client.disconnect()
  await backend.stop()
  for (const { page } of people) await page.close()
  for (const { page } of people)
    if (page.client.status !== 'disconnected') record.problems.push(`C9 ${page.name} is ${page.client.status}`)
}

function isOfServer(kind: Fault['kind']): kind is ServerFault {
  return ['freeze', 'terminate', 'kill', 'crash before the commit', 'crash after the commit'].includes(kind)
}

function traced({ at, client, kind, forMs }: Fault): string {
  return `${at} ms: ${kind}${isOfServer(kind) ? '' : ` (${NAMES[client]})`}${forMs > 0 ? `, ${forMs} ms` : ''}`
}
