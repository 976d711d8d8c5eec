import { isPassingCode, type JoinAnswer, type JoinRequest } from '@roomful/contract/protocol'
import type { ActiveRooms } from './active-rooms.ts'
import { type Identity, userIdOf } from '../connection/authenticate.ts'
import type { CallbackRunner } from '../callback-runner.ts'
import { joinParams } from '../connection/join-params.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import type { LeaveDelay } from './leave-delay.ts'
import type { Page } from '../log/log.ts'
import { RefusalError, refuse } from '../refuse.ts'
import type { Room } from './room.ts'
import type { Settings } from '../settings.ts'
import type { SocketIoSocket } from '../socket-io.ts'

export interface MembershipParts {
  readonly settings: Settings
  readonly callbacks: CallbackRunner
  readonly activeRooms: ActiveRooms
  readonly leaveDelay: LeaveDelay
}

/** The rooms that one socket is in. Joins and leaves of one room run one after the other, and end with the socket (S11). */
export class Memberships {
  readonly #socket: SocketIoSocket
  readonly #identity: Identity
  readonly #parts: MembershipParts
  readonly #rooms = new Map<string, Room>()
  readonly #mutex = new KeyedMutex()
  #ended = false

  constructor(socket: SocketIoSocket, identity: Identity, parts: MembershipParts) {
    this.#socket = socket
    this.#identity = identity
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
    return this.#mutex.run(name, async () => {
      await this.#assertAllowed(request)
      if (this.#ended) throw refuse('UNAVAILABLE', 'the connection has ended')
      const wasMember = this.#rooms.has(name)
      try {
        const answer = await this.#enter(request)
        if (!wasMember) this.#inspect('join', name)
        return answer
      } catch (error) {
        if (!wasMember) this.#exit(name)
        throw error
      }
    })
  }

  leave(name: string): Promise<void> {
    return this.#mutex.run(name, async () => this.#exit(name))
  }

  /** The socket is gone: running joins enter no room. A user who may return stays a member for a while (S16). */
  end(mayReturn: boolean): void {
    const { wire, guest } = this.#identity
    const { settings, leaveDelay } = this.#parts
    this.#ended = true
    for (const room of this.#rooms.values()) room.disconnect(this.#socket, wire)
    const leaveAll = (): void => {
      for (const name of this.#rooms.keys()) this.#leave(name)
    }
    // A guest has another id on the next connection.
    if (mayReturn && !guest && settings.presenceGraceMs > 0) leaveDelay.schedule(wire.id, leaveAll)
    else leaveAll()
  }

  /** Asks the app at each join, also for a member: its permission or its params may have changed (S18). */
  async #assertAllowed({ room, params: given }: JoinRequest): Promise<void> {
    const { settings, callbacks } = this.#parts
    const { authorizeJoin, report } = settings
    const { user } = this.#identity
    try {
      const params = joinParams(given, settings)
      if (authorizeJoin === undefined) return
      if ((await callbacks.run(() => authorizeJoin({ room, user, params }))) === true) return
      throw refuse('FORBIDDEN', 'you are not allowed to join this room')
    } catch (error) {
      if (!(error instanceof RefusalError)) {
        report(error, { during: 'join', room })
        throw refuse('UNAVAILABLE', 'the server cannot check your permission at the moment')
      }
      if (!isPassingCode(error.code)) this.#revoke(room)
      throw error
    }
  }

  /** Ends the membership of the socket, and those of the user's lost connections. */
  #revoke(name: string): void {
    this.#exit(name)
    this.#parts.activeRooms.find(name)?.removeLost(this.#identity.wire)
  }

  /** S11: makes the socket a member first, and then reads the log and the members. */
  async #enter({ room: name, since, presence, last = 0 }: JoinRequest): Promise<JoinAnswer> {
    const room = this.#rooms.get(name) ?? this.#open(name)
    await room.enter(this.#socket, this.#identity.wire, presence)
    if (this.#ended) room.unsubscribe(this.#socket) // again, since a slow adapter may have added the socket after it ended
    const page = (await this.#missed(room, since)) ?? (await this.#newest(room, last))
    return { ok: true, ...page, members: room.members() }
  }

  /** S13: the page that continues a view; undefined where there is no view, or the log does not continue it. */
  async #missed(room: Room, since: JoinRequest['since']): Promise<Page | undefined> {
    if (since === undefined) return undefined
    const { page: limit, pageBytes: bytes } = this.#parts.settings.limits
    const page = await room.page({ after: since.seq, limit, bytes })
    return page.epoch === since.epoch && since.seq <= page.head ? page : undefined
  }

  /** S13: the newest entries, which are history for a view that begins at the head. */
  async #newest(room: Room, count: number): Promise<Page> {
    const bytes = this.#parts.settings.limits.pageBytes
    if (count === 0) return await room.page({ after: 0, limit: 0, bytes })
    return await room.page({ before: Number.MAX_SAFE_INTEGER, limit: count, bytes })
  }

  #open(name: string): Room {
    const { settings, activeRooms } = this.#parts
    if (this.#rooms.size >= settings.limits.rooms) {
      settings.metrics.bounds.add('rooms')
      throw refuse('LIMIT', `a connection may be in at most ${settings.limits.rooms} rooms`)
    }
    const room = activeRooms.retain(name)
    this.#rooms.set(name, room)
    return room
  }

  #exit(name: string): void {
    this.#rooms.get(name)?.disconnect(this.#socket, this.#identity.wire)
    this.#leave(name)
  }

  #leave(name: string): void {
    const room = this.#rooms.get(name)
    if (room === undefined) return
    this.#rooms.delete(name)
    room.leave(this.#socket, this.#identity.wire)
    this.#parts.activeRooms.release(name)
    this.#inspect('leave', name)
  }

  #inspect(type: 'join' | 'leave', room: string): void {
    this.#parts.settings.inspect?.({ type, user: userIdOf(this.#identity), room })
  }
}
