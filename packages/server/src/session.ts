import { type Hello, type Limits, PROTOCOL_VERSION, wire } from '@roomful/contract/protocol'
import type { Identity } from './authenticate.ts'
import type { Drain } from './drain.ts'
import type { RoomsSocket } from './host.ts'
import { type MembershipParts, Memberships } from './memberships.ts'
import { refuse } from './refuse.ts'
import { type Answer, Responder } from './responder.ts'
import { type RequestParts, RoomRequests } from './room-requests.ts'

export interface SessionParts extends RequestParts, MembershipParts {
  readonly drain: Drain
}

/** One connection: greeted at once, so that the hello travels with the connect packet, and answered until it ends. */
export class Session {
  readonly #responder: Responder
  #rooms: Memberships | undefined

  /** null is somebody whom the app does not know: every room refuses them. */
  constructor(socket: RoomsSocket, who: Identity | null, parts: SessionParts) {
    const { settings, drain } = parts
    socket.emit(wire.hello, helloFor(who, settings.limits))
    // An honest client has a join, a batch and a page under way in each of its rooms.
    const maxPending = settings.limits.rooms * 4
    this.#responder = new Responder(socket, { drain, report: settings.report, maxPending })
    let answers = FORBIDDEN
    if (who !== null) {
      this.#rooms = new Memberships(socket, who, parts)
      answers = new RoomRequests(socket, who, this.#rooms, parts).answers
    }
    for (const [request, answer] of Object.entries(answers)) this.#responder.on(request, answer)
  }

  /** No more answers. */
  stop(): void {
    this.#responder.stop()
  }

  /** The connection is gone, for Socket.IO's reason. */
  end(reason: string): void {
    this.stop()
    this.#rooms?.end(LOST.has(reason))
  }
}

/** The line broke: all other reasons are somebody's will, or a client that was silent for too long already. */
const LOST: ReadonlySet<string> = new Set(['transport close', 'transport error'])

const forbid: Answer = () => Promise.reject(refuse('FORBIDDEN', 'rooms are for those who have signed in'))
const FORBIDDEN: Readonly<Record<string, Answer>> = {
  [wire.join]: forbid,
  [wire.leave]: forbid,
  [wire.publish]: forbid,
  [wire.history]: forbid,
  [wire.volatile]: forbid,
  [wire.presence]: forbid,
  [wire.typing]: forbid,
}

const CAPABILITIES = ['members', 'history', 'volatile', 'presence', 'typing']

function helloFor(who: Identity | null, limits: Limits): Hello {
  const user = who === null || who.guest ? null : who.wire
  return { v: PROTOCOL_VERSION, capabilities: CAPABILITIES, limits, user, now: Date.now() }
}
