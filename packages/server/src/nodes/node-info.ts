import { hash } from 'node:crypto'
import type { ContractDefinition } from '@roomful/contract'
import { isObject, isSchema, type Limits, PROTOCOL_VERSION } from '@roomful/contract/protocol'
import { parseJson } from '../json.ts'
import type { RoomLog } from '../log/log.ts'
import type { Settings } from '../settings.ts'

/** What must be the same on all nodes, by its name. No schema's inside: two versions of one schema are the same here. */
type Facts = Readonly<Record<string, string>>

/** The names of a larger contract are replaced by their hash, in UTF-16 units of JSON. */
const MAX_LENGTH = 16_384
/** How many differences the sentence of an error names. */
const SHOWN = 5

const EVENTS = ['clientToServer', 'serverToClient', 'room', 'inbox'] as const
const VALUES = ['user', 'presence', 'join'] as const

/** What a node says of itself: its protocol's version, its limits, the options of its log, and the names and kinds of its contract. */
export function nodeInfo({ definition, limits, log }: Pick<Settings, 'definition' | 'limits' | 'log'>): string {
  const contract = contractFacts(definition)
  const common = { protocol: `version ${PROTOCOL_VERSION}`, ...limitFacts(limits), ...logFacts(log) }
  const text = JSON.stringify({ ...common, ...contract })
  if (text.length <= MAX_LENGTH) return text
  const names = JSON.stringify(Object.entries(contract).sort(([one], [other]) => (one < other ? -1 : 1)))
  return JSON.stringify({ ...common, contract: hash('sha256', names) })
}

/** How the node of `theirs` differs, in words; undefined where it does not, or where `theirs` cannot be read. */
export function differenceOf(mine: string, theirs: string): string | undefined {
  const [here, there] = [readFacts(mine), readFacts(theirs)]
  if (here === undefined || there === undefined) return undefined
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])]
  const different = names.filter((name) => here[name] !== there[name])
  if (different.length === 0) return undefined
  const shown = different
    .slice(0, SHOWN)
    .map((name) => `${name} is ${factOf(here, name)} here and ${factOf(there, name)} there`)
  const more = different.length - SHOWN
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ')
}

function factOf(facts: Facts, name: string): string {
  return (facts[name] ?? 'missing').slice(0, 64)
}

function contractFacts(definition: ContractDefinition): Facts {
  const events = EVENTS.flatMap((section) =>
    Object.entries(definition[section] ?? {}).map(([event, shape]) => [`${section}.${event}`, kindOf(shape)] as const),
  )
  const values = VALUES.filter((name) => definition[name] !== undefined).map((name) => [name, 'a schema'] as const)
  return Object.fromEntries([...events, ...values])
}

function kindOf(shape: unknown): string {
  if (!isObject(shape) || isSchema(shape)) return 'an event'
  if (shape['volatile'] === true) return 'a volatile event'
  if (shape['unread'] === true) return 'an event that counts as unread'
  return shape['ack'] === undefined ? 'an event' : 'an event with an ack'
}

function limitFacts(limits: Limits): Facts {
  const { dedupMs: _, ...own } = limits // an option of the log
  return factsOf('limits', own)
}

function logFacts({ dedupMs, durability, sharedOptions }: RoomLog): Facts {
  return factsOf('log', { dedupMs, durability: durability ?? 'unknown', ...sharedOptions })
}

function factsOf(group: string, values: object): Facts {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}.${name}`, String(value)]))
}

/** undefined for a text of another version. */
function readFacts(text: string): Facts | undefined {
  const facts = parseJson(text)
  return isObject(facts) && Object.values(facts).every((fact) => typeof fact === 'string')
    ? (facts as Facts)
    : undefined
}
