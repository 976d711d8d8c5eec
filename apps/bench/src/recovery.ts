import { setTimeout as pause } from 'node:timers/promises'
import { type BenchServer, startServer } from './bench-server.ts'
import { type Person, plainPerson, roomfulPerson } from './person.ts'
import { rounded, rounds, type Table } from './rounds.ts'

const ROUNDS = 7
const WARM_UPS = 5
const PEOPLE = 50
const CONTENDERS = ["socket.io's recovery", 'roomful'] as const

interface Case {
  /** How many messages the server holds: said in the room before, and in other rooms meanwhile. */
  readonly before: number
  readonly elsewhere: number
  readonly missed: number
}
const NOTHING = 'nothing missed'
const CASES: Readonly<Record<string, Case>> = {
  [NOTHING]: { before: 0, elsewhere: 0, missed: 0 },
  '20 missed, 1,000 before': { before: 1_000, elsewhere: 0, missed: 20 },
  '20 missed, 100,000 before': { before: 100_000, elsewhere: 0, missed: 20 },
  '20 missed, 100,000 elsewhere': { before: 0, elsewhere: 100_000, missed: 20 },
}

/** Those who are away, each of whom comes back once: what is logged stays as it is. */
interface Away {
  readonly server: BenchServer
  readonly people: Person[]
  readonly missed: number
}

/**
 * What it costs the server, in ms of CPU, that somebody is back and gets what was missed (goal G12). The connection itself,
 * which is what coming back costs with Socket.IO where nothing was missed, is in it; `beyond it` compares what comes on top.
 */
export async function recovery(): Promise<Table> {
  const [peer, ours] = CONTENDERS
  const away = { [peer]: await allAway('plain'), [ours]: await allAway('rooms') }
  const table = await rounds(ROUNDS, CONTENDERS, async (contender) => {
    const costs: Record<string, number> = {}
    for (const [name, group] of away[contender] ?? []) costs[name] = await costOfReturn(group)
    return costs
  })
  const connection = table[NOTHING]?.[peer] ?? Number.NaN
  for (const [name, row] of Object.entries(table))
    if (name !== NOTHING) row['beyond it'] = rounded(((row[ours] ?? 0) - connection) / ((row[peer] ?? 0) - connection))
  return table
}

async function allAway(kind: 'plain' | 'rooms'): Promise<[name: string, Away][]> {
  const groups: [string, Away][] = []
  for (const [name, logged] of Object.entries(CASES)) groups.push([name, await awayFrom(kind, logged)])
  for (const [, group] of groups) for (let n = 0; n < WARM_UPS; n += 1) await costOfReturn(group)
  return groups
}

async function awayFrom(kind: 'plain' | 'rooms', { before, elsewhere, missed }: Case): Promise<Away> {
  const server = await startServer(kind, { history: before })
  const join = kind === 'plain' ? plainPerson : roomfulPerson
  const people: Person[] = []
  while (people.length < (WARM_UPS + 1 + ROUNDS) * PEOPLE)
    people.push(...(await Promise.all(Array.from({ length: PEOPLE }, () => join(server.url)))))
  // Socket.IO recovers a connection from a message that it has heard.
  await Promise.all([allHear(people, 1), server.ask({ say: 1 })])
  await lose(server, people)
  await server.ask({ say: missed })
  await server.ask({ say: elsewhere, room: 'elsewhere' })
  return { server, people, missed }
}

async function costOfReturn({ server, people: away, missed }: Away): Promise<number> {
  const people = away.splice(0, PEOPLE)
  const before = await server.ask('cpu')
  await Promise.all([allHear(people, missed), ...people.map((person) => person.back())])
  const cost = (await server.ask('cpu')) - before
  await lose(server, people)
  return cost / PEOPLE
}

async function lose(server: BenchServer, people: readonly Person[]): Promise<void> {
  for (const person of people) person.lose()
  while ((await server.ask('clients')) > 0) await pause(10)
}

function allHear(people: readonly Person[], count: number): Promise<unknown> {
  return Promise.all(people.map((person) => person.hears(count)))
}
