import { RoomfulError } from '@roomful/contract'
import { bytesOf } from '@roomful/contract/protocol'
import { isPermanent } from '../../errors.ts'

/** No state, as the wire has it. */
export const NONE = 'null'
export const INTERVAL_MS = 100

/** Who we are to the server, and how large a state it takes; undefined where it keeps none. */
export interface Host {
  readonly user: string | undefined
  readonly bytes: number
}

/** Our own state in one room, and what became of it. */
export interface OwnPresence {
  /** What is to be shown, as JSON, and as readers get it. */
  readonly wanted: string
  readonly presence?: unknown
  /** The user who said it to a server: it is nobody else's. undefined for what was set while we were not in. */
  readonly user?: string | undefined
  /** What was accepted last: it stands where `wanted` is refused. */
  readonly accepted: string
  readonly isRefused?: boolean
  /** Why; also while it is asked for again after a join. */
  readonly error?: RoomfulError | undefined
  /** What the server has, undefined where we cannot know: it may drop what a join carries without a word. */
  readonly told: string | undefined
  /** What is on its way; '' where a join or leave has gone since, which says more. */
  readonly flight?: string | undefined
  readonly isResting?: boolean | undefined
  /** undefined while we are not in. */
  readonly host?: Host | undefined
}

/** The next state, and what is to be done: `say` this; call `rested` after `restMs`; ask to be let in again. */
export interface Step {
  readonly own: OwnPresence
  readonly say?: string
  readonly restMs?: number | undefined
  readonly rejoin?: boolean
}

export const NOTHING: OwnPresence = { wanted: NONE, accepted: NONE, told: NONE }

/** The app sets this. */
export function wanting(own: OwnPresence, json: string, presence?: unknown): Step {
  const news = json !== own.wanted && { wanted: json, presence, isRefused: false, error: undefined }
  return advance({ ...own, ...(!own.host && { user: undefined, accepted: NONE }), ...news })
}

/** Said once more after each join, and asked for again where it was refused. */
export function joined(own: OwnPresence, host: Host): Step {
  return advance({ ...asUser(own, host.user), host, isRefused: false })
}

export function rested(own: OwnPresence): Step {
  return advance({ ...own, isResting: false })
}

export function answered(own: OwnPresence, error: RoomfulError | undefined, retryMs?: number): Step {
  const { flight: json } = own
  const landed = { ...own, flight: undefined }
  if (!json) return advance(landed)
  if (!error)
    return advance({ ...landed, told: json, accepted: json, error: json === own.wanted ? undefined : own.error })
  if (isPermanent(error)) return advance(refused(landed, json, error))
  if (!own.host) return { own: landed }
  return { own: { ...landed, isResting: true }, restMs: retryMs, rejoin: error.code === 'NOT_MEMBER' }
}

/** What goes with a join, as JSON; undefined where there is nothing to say. */
export function carriedBy(before: OwnPresence, host: Host): readonly [OwnPresence, string | undefined] {
  const own = checked(asUser(before, host.user), host)
  const json = due(own)
  if (!host.bytes || (json === NONE && own.told === NONE)) return [own, undefined]
  return [{ ...own, told: undefined, flight: own.flight && '' }, json]
}

/** Says what is due, where it can be said now. */
function advance(before: OwnPresence): Step {
  if (!before.host) return { own: before }
  const own = checked(before, before.host)
  const json = due(own)
  if (!before.host.bytes || own.flight !== undefined || own.isResting || json === own.told) return { own }
  return { own: { ...own, told: undefined, flight: json, isResting: true }, say: json, restMs: INTERVAL_MS }
}

const due = ({ isRefused, accepted, wanted }: OwnPresence): string => (isRefused ? accepted : wanted)

/** Nothing any more, here: the server may have it still, so the next join takes it back. */
export function forgotten({ told, isResting, flight }: OwnPresence): OwnPresence {
  return { ...NOTHING, told: told === NONE ? told : undefined, isResting, flight: flight && '' }
}

function asUser(own: OwnPresence, user: string | undefined): OwnPresence {
  return { ...(own.user !== undefined && own.user !== user ? forgotten(own) : own), user }
}

/** For good: what was accepted before stands. A server that refuses even to forget is not asked again. */
function refused(before: OwnPresence, json: string, error: RoomfulError): OwnPresence {
  const accepted = json === before.accepted ? NONE : before.accepted
  const own = { ...before, accepted, told: json === NONE ? NONE : before.told }
  return json === own.wanted ? { ...own, isRefused: true, error } : own
}

/** Refuses what the server would, or would end the connection for. */
function checked(own: OwnPresence, { bytes }: Pick<Host, 'bytes'>): OwnPresence {
  const json = due(own)
  if (json === NONE || bytesOf(JSON.parse(json)) <= bytes) return own
  const error = bytes
    ? new RoomfulError('TOO_LARGE', `the server takes at most ${bytes} bytes`)
    : new RoomfulError('UNSUPPORTED', 'this server keeps no presence')
  return checked(refused(own, json, error), { bytes })
}
