import { INBOX, isPassingCode, type JoinAnswer, type JoinRequest, type Out, wire } from '@roomful/contract/protocol'
import type { ActiveRooms } from '../active-rooms.ts'
import { type Identity, userIdOf } from '../../connection/authenticate.ts'
import type { CallbackRunner } from '../../callback-runner.ts'
import { type Channel, takeOut } from '../channels.ts'
import { REMOVED } from '../operation-arguments.ts'
import { inboxOf, wireNameOf } from '../inbox.ts'
import type { JoinTurn } from './join-group.ts'
import { assertMayJoin } from './join-permission.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import type { LeaveDelay } from '../members/leave-delay.ts'
import { continuedFrom } from '../../log/lineage.ts'
import type { Page } from '../../log/log.ts'
import { assertRate, type RateContext } from '../../rates/rate-check.ts'
import { RefusalError, refuse, toWire } from '../../refuse.ts'
import type { Room } from '../room.ts'
import type { Settings } from '../../settings.ts'
import type { SocketIoSocket } from '../../socket-io.ts'
import { wirePage } from '../wire-page.ts'

export interface MembershipParts {
  readonly settings: Settings
  readonly callbacks: CallbackRunner
  readonly activeRooms: ActiveRooms
  readonly leaveDelay: LeaveDelay
}

type ContinuedPage = ReturnType<typeof wirePage> & Required<Pick<JoinAnswer, 'continues'>>

interface Membership {
  readonly room: Room
  /** Those of the latest join, for asking the app again. */
  params: unknown
}

interface RunningJoin {
  /** The socket was put out of the room meanwhile. */
  removal: RefusalError | undefined
}

/** The rooms that one socket is in. Joins and leaves of one room run one after the other, and end with the socket (S11). */
export class Memberships {
  readonly #socket: SocketIoSocket
  readonly #identity: Identity
  readonly #parts: MembershipParts
  readonly #rooms = new Map<string, Membership>()
  /** undefined while there is none, as nearly always. */
  #joins: Map<string, RunningJoin> | undefined
  readonly #mutex = new KeyedMutex()
  #ended = false

  constructor(socket: SocketIoSocket, identity: Identity, parts: MembershipParts) {
    this.#socket = socket
    this.#identity = identity
    this.#parts = parts
  }

  /** @throws RefusalError `NOT_MEMBER` */
  assertMember(name: string): Room {
    const membership = this.#rooms.get(name)
    if (membership === undefined || this.#ended) throw refuse('NOT_MEMBER', 'join the room first')
    return membership.room
  }

  /** `turn` is the join's turn to read a page. */
  join(request: JoinRequest, turn: JoinTurn): Promise<JoinAnswer> {
    const name = request.room
    return this.#mutex.run(name, async () => {
      await assertRate(this.#parts, this.#rateContext(name))
      const join: RunningJoin = { removal: undefined }
      ;(this.#joins ??= new Map()).set(name, join)
      try {
        await this.#assertAllowed(request, join)
        return await this.#tryEnter(request, join, turn)
      } catch (error) {
        if (error instanceof RefusalError && !isPassingCode(error.code)) this.#revoke(name)
        throw error
      } finally {
        this.#joins?.delete(name)
        if (this.#joins?.size === 0) this.#joins = undefined
      }
    })
  }

  leave(name: string): Promise<void> {
    return this.#mutex.run(name, async () => this.#exit(name))
  }

  /** Other members see the user as `$auth` has changed it. */
  updateUser(): void {
    for (const { room } of this.#rooms.values()) room.setUser(this.#socket, this.#identity.wire)
  }

  /** S19: ends the membership at once, refuses what the socket is sending, and tells the client. A running join is decided again. */
  putOut(name: string, refusal: RefusalError): void {
    if (this.#ended) return // a batch of a connection that has ended is finished
    const join = this.#joins?.get(name)
    if (join !== undefined) join.removal = refusal
    this.#parts.activeRooms.find(name)?.refuseBatches(this)
    if (!this.#rooms.has(name)) return
    this.#exit(name)
    const out: Out = { room: name, ...toWire(refusal) }
    this.#socket.emit(wire.out, out)
  }

  /** Asks the app again for each room, and puts the socket out of those that are refused now. A failure changes nothing. */
  async reauthorize(): Promise<void> {
    const names = new Set([...this.#rooms.keys(), ...(this.#joins?.keys() ?? [])])
    for (const name of names) await this.#mutex.run(name, () => this.#reauthorizeRoom(name))
  }

  /** The app took the socket out of a Socket.IO room, for example by `io.socketsLeave`. */
  onChannelLeft(channel: Channel): void {
    if (this.#belongsTo(channel)) this.putOut(wireNameOf(channel.room), refuse('REMOVED', REMOVED))
  }

  /** The app put the socket into a Socket.IO room: only a join makes a member, so that it is taken out again. */
  onChannelJoined(channel: Channel): void {
    if (!this.#belongsTo(channel)) takeOut(this.#socket, channel, this.#parts.settings.report)
  }

  /** By the room's name in the log, which tells the inboxes of two users apart. */
  #belongsTo({ name, room }: Channel): boolean {
    const joined = this.#rooms.get(wireNameOf(room))?.room
    return joined?.name === room && joined.hasInChannel(this.#socket, name)
  }

  /** The socket is gone: running joins enter no room. A user who may return stays a member for a while (S16). */
  end(mayReturn: boolean): void {
    const { wire: user, guest } = this.#identity
    const { settings, leaveDelay } = this.#parts
    this.#ended = true
    for (const { room } of this.#rooms.values()) room.disconnect(this.#socket, user)
    const leaveAll = (): void => {
      for (const name of this.#rooms.keys()) this.#leave(name)
    }
    // A guest has another id on the next connection.
    if (mayReturn && !guest && settings.presenceGraceMs > 0) leaveDelay.schedule(user.id, leaveAll)
    else leaveAll()
  }

  #rateContext(room: string): RateContext {
    const { address } = this.#identity
    return { action: 'join', room, userId: userIdOf(this.#identity) ?? undefined, address }
  }

  /**
   * Asks the app at each join, also for a member: its permission or its params may have changed (S18). Asks again where the
   * socket was put out meanwhile, or where `$auth` has replaced the claims (S21).
   */
  async #assertAllowed(request: JoinRequest, join: RunningJoin): Promise<void> {
    for (;;) {
      join.removal = undefined
      const { user } = this.#identity
      const refusal: unknown = await assertMayJoin(this.#identity, request, this.#parts).catch(
        (error: unknown) => error,
      )
      if (join.removal !== undefined || user !== this.#identity.user) continue
      if (refusal !== undefined) throw refusal
      return
    }
  }

  async #reauthorizeRoom(name: string): Promise<void> {
    const membership = this.#rooms.get(name)
    if (membership === undefined || this.#ended) return
    try {
      await assertMayJoin(this.#identity, { room: name, params: membership.params }, this.#parts)
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      if (isPassingCode(error.code)) return
      this.putOut(name, error)
      this.#revoke(name)
    }
  }

  /** Ends the membership of the socket, and those of the user's lost connections. */
  #revoke(name: string): void {
    this.#exit(name)
    const room = this.#parts.activeRooms.find(name)
    room?.refuseBatches(this)
    room?.removeLost(this.#identity.wire.id)
  }

  async #tryEnter(request: JoinRequest, join: RunningJoin, turn: JoinTurn): Promise<JoinAnswer> {
    const { room: name } = request
    const bytes = await turn.begin()
    if (this.#ended) throw refuse('UNAVAILABLE', 'the connection has ended')
    if (join.removal !== undefined) throw join.removal
    const wasMember = this.#rooms.has(name)
    try {
      const answer = await turn.complete(await this.#enter(request, bytes))
      if (join.removal === undefined) {
        if (!wasMember) this.#inspect('join', name)
        return answer
      }
    } catch (error) {
      if (!wasMember) this.#exit(name)
      throw join.removal ?? error
    }
    throw join.removal
  }

  /** S11: the room receives what is committed before the socket is a member. Makes it one first, and then reads the log and the members. */
  async #enter(
    { room: name, since, presence, params, last = 0, packs }: JoinRequest,
    bytes: number,
  ): Promise<JoinAnswer> {
    const membership = this.#rooms.get(name) ?? this.#open(name)
    membership.params = params
    const { room } = membership
    await room.open()
    if (this.#ended || this.#rooms.get(name) !== membership) throw refuse('UNAVAILABLE', 'the connection has ended')
    await room.enter(this.#socket, this.#identity.wire, { presence, packs })
    // Again, since a slow adapter may have added the socket after it ended or was put out.
    if (this.#ended || this.#rooms.get(name) !== membership) room.unsubscribe(this.#socket)
    const page = (await this.#missed(room, since, bytes)) ?? wirePage(await this.#newest(room, last, bytes))
    const members = room.members(this.#identity.wire.id)
    return { ok: true, ...page, ...(members && { members }) }
  }

  /** S13: the page that continues a view; undefined where there is no view, or the log does not continue it. */
  async #missed(room: Room, since: JoinRequest['since'], bytes: number): Promise<ContinuedPage | undefined> {
    if (since === undefined) return undefined
    const { page: limit } = this.#parts.settings.limits
    let after = since.seq
    for (;;) {
      const page = await room.page({ after, limit, bytes })
      const continues = continuedFrom(since, page)
      if (continues === undefined) return undefined
      if (continues === after) return { ...wirePage(page), continues }
      after = continues // the log has lost entries, or gets another epoch meanwhile
    }
  }

  /** S13: the newest entries, which are history for a view that begins at the head. */
  async #newest(room: Room, count: number, bytes: number): Promise<Page> {
    if (count === 0) return await room.page({ after: 0, limit: 0, bytes })
    return await room.page({ before: Number.MAX_SAFE_INTEGER, limit: count, bytes })
  }

  #open(name: string): Membership {
    const { settings, activeRooms } = this.#parts
    const isInbox = name === INBOX
    if (!isInbox && this.#rooms.size - (this.#rooms.has(INBOX) ? 1 : 0) >= settings.limits.rooms) {
      settings.metrics.bounds.add('rooms')
      throw refuse('LIMIT', `a connection may be in at most ${settings.limits.rooms} rooms`)
    }
    const room = activeRooms.retain(isInbox ? inboxOf(this.#identity.wire.id) : name)
    const membership = { room, params: undefined }
    this.#rooms.set(name, membership)
    return membership
  }

  /** The membership ends first, so that leaving the Socket.IO room is not taken for a move by the app. */
  #exit(name: string): void {
    const membership = this.#rooms.get(name)
    if (membership === undefined) return
    this.#rooms.delete(name)
    membership.room.disconnect(this.#socket, this.#identity.wire)
    this.#release(name, membership)
  }

  #leave(name: string): void {
    const membership = this.#rooms.get(name)
    this.#rooms.delete(name)
    if (membership !== undefined) this.#release(name, membership)
  }

  #release(name: string, { room }: Membership): void {
    room.leave(this.#socket, this.#identity.wire)
    this.#parts.activeRooms.release(room.name)
    this.#inspect('leave', name)
  }

  #inspect(type: 'join' | 'leave', room: string): void {
    this.#parts.settings.inspect?.({ type, user: userIdOf(this.#identity), room })
  }
}
