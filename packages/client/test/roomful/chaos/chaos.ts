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
import type { Story } from './story.ts'

const NAMES = ['ann', 'bob', 'cem', 'dia', 'eve', 'fay', 'gus', 'hal'] as const
const SETTLE_LIMIT_MS = 40_000
const TRACED_FAULTS = 15

export interface Outcome {
  readonly violations: readonly string[]
  /** What happened, in one line. */
  readonly summary: string
  /** The last faults. */
  readonly trace: readonly string[]
}

/** Everything goes wrong for so long; then it heals, and all must be settled, once, in one order, and seen by all. */
export async function runChaos({ seed, seconds }: { seed: number; seconds: number }): Promise<Outcome> {
  const before = resources()
  const story: Story = { sent: [], stays: [], left: [], problems: [] }
  const stopNoting = noteUncaught((what) => story.problems.push(what))
  const folder = await mkdtemp(join(tmpdir(), 'roomful-chaos-'))
  let backend: Backend | undefined
  try {
    backend = await Backend.start(join(folder, 'rooms.db'), seeded(seed), story)
    const people = await enter(backend, seed, story)
    const faults = await torment(people, backend, planFaults(seeded(-seed), people.length, seconds * 1_000))
    await backend.heal()
    for (const { page } of people) page.proxy.pass()
    await settle(people, backend)
    for (const person of people) person.sayGoodbye()
    await settle(people, backend)
    const logs = await backend.logs()
    await end(people, backend, story)
    const left = await leftovers(before)
    const violations = [...findViolations(story, logs), ...left]
    const reloads = people.reduce((sum, person) => sum + person.reloads, 0)
    const summary =
      `seed ${seed}: ${story.sent.length} messages, ${faults.length} faults, ${reloads} reloads, ` +
      `${backend.restarts} restarts: ${violations.length} violations`
    return { violations, summary, trace: faults.slice(-TRACED_FAULTS).map(traced) }
  } finally {
    stopNoting()
    await backend?.abandon()
    await rm(folder, { recursive: true })
  }
}

function enter({ port }: Backend, seed: number, story: Story): Promise<Person[]> {
  const entering = NAMES.map((user, index) => {
    const random = seeded(seed + index + 1)
    return Person.enter({ user, serverPort: port, storage: new SharedStorage(random), story, random })
  })
  return Promise.all(entering)
}

/** All that goes wrong, until the last of it is over; gives what did. */
async function torment(people: readonly Person[], backend: Backend, plan: readonly Fault[]): Promise<Fault[]> {
  const began = Date.now()
  const talking = people.map((person) => person.talk())
  const suffering: Promise<unknown>[] = []
  const faults: Fault[] = []
  for (const fault of plan) {
    await delay(Math.max(0, began + fault.at - Date.now()))
    const { kind, forMs } = fault
    if (isOfServer(kind) && backend.isBusy) continue
    suffering.push(isOfServer(kind) ? backend.suffer(kind, forMs) : people[fault.client]!.suffer(kind, forMs))
    faults.push(fault)
  }
  for (const person of people) person.hush()
  await Promise.all([...talking, ...suffering])
  await Promise.all(people.map((person) => person.mourn()))
  return faults
}

/** Until nothing waits and everybody has heard everything, or for so long that it will never be. */
async function settle(people: readonly Person[], backend: Backend): Promise<void> {
  const endAt = Date.now() + SETTLE_LIMIT_MS
  while (Date.now() < endAt) {
    if (people.every(({ page }) => page.waiting === 0)) {
      const heads = [...(await backend.logs()).values()].map((entries) => entries.length)
      const isThere = ({ page }: Person): boolean =>
        page.places.every((seq, room) => seq === heads[room] || seq === 'nothing yet')
      if (people.every(isThere)) return
    }
    await delay(100)
  }
}

async function end(people: readonly Person[], backend: Backend, story: Story): Promise<void> {
  for (const { page } of people) page.client.disconnect()
  await backend.stop()
  for (const { page } of people) await page.close()
  for (const { page } of people)
    if (page.client.status !== 'disconnected') story.problems.push(`C9 ${page.name} is ${page.client.status}`)
}

function isOfServer(kind: Fault['kind']): kind is ServerFault {
  return ['freeze', 'terminate', 'kill', 'crash before the commit', 'crash after the commit'].includes(kind)
}

function traced({ at, client, kind, forMs }: Fault): string {
  return `${at} ms: ${kind}${isOfServer(kind) ? '' : ` (${NAMES[client]})`}${forMs > 0 ? `, ${forMs} ms` : ''}`
}
