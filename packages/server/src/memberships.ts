import type { JoinAnswer, JoinRequest } from '@roomful/contract/protocol'
import type { AppCalls } from './app-calls.ts'
import type { Identity } from './authenticate.ts'
import type { Grace } from './grace.ts'
import type { RoomsSocket } from './host.ts'
import { isPassing, RefusalError, refuse } from './refuse.ts'
import type { Room } from './room.ts'
import type { RoomsInUse } from './rooms-in-use.ts'
import type { Settings } from './settings.ts'
import { Turns } from './turns.ts'

export interface MembershipParts {
  readonly settings: Settings
  readonly calls: AppCalls
  readonly inUse: RoomsInUse
  readonly grace: Grace
}

/** The rooms that one socket is in. Joins and leaves of a room run one after the other, and a socket that goes is undone (S11). */
export class Memberships {
  readonly #socket: RoomsSocket
  readonly #who: Identity
  readonly #parts: MembershipParts
  readonly #rooms = new Map<string, Room>()
  readonly #turns = new Turns()
  #ended = false

  constructor(socket: RoomsSocket, who: Identity, parts: MembershipParts) {
    this.#socket = socket
    this.#who = who
    this.#parts = parts
  }

  /** @throws RefusalError `NOT_MEMBER` */
  assertMember(name: string): Room {
    const room = this.#rooms.get(name)
    if (room === undefined || this.#ended) throw refuse('NOT_MEMBER', 'join the room first')
    return room
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    const name = request.room
    return this.#turns.run(name, async () => {
      await this.#assertAllowed(name)
      if (this.#ended) throw refuse('UNAVAILABLE', 'the connection is gone')
      const wasIn = this.#rooms.has(name)
      try {
        return await this.#enter(request)
      } catch (error) {
        if (!wasIn) this.#exit(name)
        throw error
      }
    })
  }

  leave(name: string): Promise<void> {
    return this.#turns.run(name, async () => this.#exit(name))
  }

  /** The socket is gone, and what is still awaited enters no room. Whoever may be back leaves theirs a while later (S16). */
  end(mayBeBack: boolean): void {
    const { wire, guest } = this.#who
    this.#ended = true
    for (const room of this.#rooms.values()) room.hangUp(this.#socket, wire)
    const leaveAll = (): void => {
      for (const name of this.#rooms.keys()) this.#leave(name)
    }
    // A guest who is back is another one.
    if (mayBeBack && !guest && this.#parts.settings.presenceGraceMs > 0) this.#parts.grace.keep(wire.id, leaveAll)
    else leaveAll()
  }

  async #assertAllowed(room: string): Promise<void> {
    const { settings, calls } = this.#parts
    const { mayJoin, report } = settings
    try {
      if (mayJoin === undefined || (await calls.run(() => mayJoin({ room, user: this.#who.user }))) === true) return
      throw refuse('FORBIDDEN', 'you are not allowed to join this room')
    } catch (error) {
      if (!(error instanceof RefusalError)) {
        report(error, { during: 'join', room })
        throw refuse('UNAVAILABLE', 'the server cannot say whether you are allowed just now')
      }
      if (!isPassing(error.code)) this.#shutOut(room)
      throw error
    }
  }

  /** A member who asks again may have lost the right, and so has the one that was lost. */
  #shutOut(name: string): void {
    this.#exit(name)
    this.#parts.inUse.find(name)?.forgetLost(this.#who.wire)
  }

  /** A member first, then where the log stands and who is here. */
  async #enter({ room: name, since, presence }: JoinRequest): Promise<JoinAnswer> {
    const { limits } = this.#parts.settings
    const room = this.#rooms.get(name) ?? this.#hold(name)
    await room.enter(this.#socket, this.#who.wire, presence)
    if (this.#ended) room.unsubscribe(this.#socket) // again: the adapter may have been slow to add it
    const limit = since === undefined ? 0 : limits.page
    const page = await room.page({ after: since?.seq ?? 0, limit, bytes: limits.pageBytes })
    const entries = page.epoch === since?.epoch ? page.entries : [] // S13
    return { ok: true, ...page, entries, members: room.members() }
  }

  #hold(name: string): Room {
    const { settings, inUse } = this.#parts
    if (this.#rooms.size >= settings.limits.rooms)
      throw refuse('LIMIT', `a connection may be in at most ${settings.limits.rooms} rooms`)
    const room = inUse.hold(name)
    this.#rooms.set(name, room)
    return room
  }

  #exit(name: string): void {
    this.#rooms.get(name)?.hangUp(this.#socket, this.#who.wire)
    this.#leave(name)
  }

  #leave(name: string): void {
    const room = this.#rooms.get(name)
    if (room === undefined) return
    this.#rooms.delete(name)
    room.leave(this.#socket, this.#who.wire)
    this.#parts.inUse.release(name)
  }
}
