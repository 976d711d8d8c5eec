import { RoomfulError } from '@roomful/contract'
import { bytesOf } from '@roomful/contract/protocol'
import { isPermanent } from '../../errors.ts'

/** No presence, as JSON. */
export const NONE = 'null'
/** The shortest time between two requests. */
export const INTERVAL_MS = 100

/** The server of a joined room. */
export interface PresenceServer {
  /** The user's id; undefined where the server does not say. */
  readonly userId: string | undefined
  /** The largest presence that the server takes; 0 where it keeps none. */
  readonly maxBytes: number
}

/** The user's own presence in one room. Each presence is a JSON text. */
export interface OwnPresence {
  /** The presence that the app set last. */
  readonly wanted: string
  /** The same, as other members read it. */
  readonly presence?: unknown
  /** The user who joined with it. undefined for a presence that was set while the room is not joined. */
  readonly userId?: string | undefined
  /** The presence that the server accepted last. It remains where `wanted` is refused. */
  readonly accepted: string
  readonly isRefused?: boolean
  /** Why `wanted` was refused; kept while the server is asked again after a join. */
  readonly error?: RoomfulError | undefined
  /** What the server has; undefined while unknown, as after a join, which may drop a presence without an error. */
  readonly onServer: string | undefined
  /** The presence of the request in flight; '' after a later join or leave, which makes the answer meaningless. */
  readonly inFlight?: string | undefined
  /** Nothing may be sent before `waitOver`. */
  readonly isWaiting?: boolean | undefined
  /** undefined while the room is not joined. */
  readonly server?: PresenceServer | undefined
}

/** The next state, and what to do. */
export interface PresenceStep {
  readonly own: OwnPresence
  /** The presence to send. */
  readonly send?: string
  /** After this time, `waitOver` is due. */
  readonly waitMs?: number | undefined
  /** The room has to be joined again. */
  readonly rejoin?: boolean
}

export const NO_PRESENCE: OwnPresence = { wanted: NONE, accepted: NONE, onServer: NONE }

/** The app set a presence. */
export function presenceSet(own: OwnPresence, json: string, presence?: unknown): PresenceStep {
  const change = json !== own.wanted && { wanted: json, presence, isRefused: false, error: undefined }
  return sendIfDue({ ...own, ...(!own.server && { userId: undefined, accepted: NONE }), ...change })
}

/** The room was joined: the presence is sent once more, also one that was refused before. */
export function roomJoined(own: OwnPresence, server: PresenceServer): PresenceStep {
  return sendIfDue({ ...ofUser(own, server.userId), server, isRefused: false })
}

export function waitOver(own: OwnPresence): PresenceStep {
  return sendIfDue({ ...own, isWaiting: false })
}

/** The request in flight was answered, or failed. A temporary failure is retried after `retryMs`. */
export function requestAnswered(before: OwnPresence, error: RoomfulError | undefined, retryMs?: number): PresenceStep {
  const { inFlight: json } = before
  const own = { ...before, inFlight: undefined }
  if (!json) return sendIfDue(own)
  if (!error)
    return sendIfDue({ ...own, onServer: json, accepted: json, error: json === own.wanted ? undefined : own.error })
  if (isPermanent(error)) return sendIfDue(refused(own, json, error))
  if (!own.server) return { own }
  return { own: { ...own, isWaiting: true }, waitMs: retryMs, rejoin: error.code === 'NOT_MEMBER' }
}

/** The presence that a join carries, as JSON; undefined where the server need not hear of any. */
export function presenceForJoin(
  before: OwnPresence,
  server: PresenceServer,
): readonly [OwnPresence, string | undefined] {
  const own = checked(ofUser(before, server.userId), server)
  const json = targetOf(own)
  if (!server.maxBytes || (json === NONE && own.onServer === NONE)) return [own, undefined]
  return [{ ...own, onServer: undefined, inFlight: own.inFlight && '' }, json]
}

/** Removes the presence. The server may still have it, so the next join carries null. */
export function removed({ onServer, isWaiting, inFlight }: OwnPresence): OwnPresence {
  return { ...NO_PRESENCE, onServer: onServer === NONE ? NONE : undefined, isWaiting, inFlight: inFlight && '' }
}

function sendIfDue(before: OwnPresence): PresenceStep {
  const { server } = before
  if (!server) return { own: before }
  const own = checked(before, server)
  const json = targetOf(own)
  if (!server.maxBytes || own.inFlight !== undefined || own.isWaiting || json === own.onServer) return { own }
  return { own: { ...own, onServer: undefined, inFlight: json, isWaiting: true }, send: json, waitMs: INTERVAL_MS }
}

/** What the server should have. */
const targetOf = ({ isRefused, accepted, wanted }: OwnPresence): string => (isRefused ? accepted : wanted)

/** Another user than the one who joined with the presence does not get it. */
function ofUser(own: OwnPresence, userId: string | undefined): OwnPresence {
  return { ...(own.userId !== undefined && own.userId !== userId ? removed(own) : own), userId }
}

/** After a permanent refusal, the accepted presence remains. A server that refuses even null is not asked again. */
function refused(before: OwnPresence, json: string, error: RoomfulError): OwnPresence {
  const accepted = json === before.accepted ? NONE : before.accepted
  const own = { ...before, accepted, onServer: json === NONE ? NONE : before.onServer }
  return json === own.wanted ? { ...own, isRefused: true, error } : own
}

/** Refuses here what the server would refuse, or would end the connection for. */
function checked(own: OwnPresence, { maxBytes }: Pick<PresenceServer, 'maxBytes'>): OwnPresence {
  const json = targetOf(own)
  if (json === NONE || bytesOf(JSON.parse(json)) <= maxBytes) return own
  const error = maxBytes
    ? new RoomfulError('TOO_LARGE', `the server takes at most ${maxBytes} bytes`)
    : new RoomfulError('UNSUPPORTED', 'this server keeps no presence')
  return checked(refused(own, json, error), { maxBytes })
}
