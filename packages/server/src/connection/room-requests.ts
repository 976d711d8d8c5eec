import {
  type HistoryAnswer,
  type HistoryRequest,
  type PresenceAnswer,
  type PublishAnswer,
  wire,
} from '@roomful/contract/protocol'
import type { Identity } from './authenticate.ts'
import { JoinRequests } from './join-requests.ts'
import type { EventRules } from '../publish/event-rules.ts'
import type { SocketIoSocket } from '../socket-io.ts'
import type { Memberships } from '../rooms/joins/memberships.ts'
import { assertPresence } from '../rooms/members/presence-rules.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { PageTurn } from '../guard/page-turns.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import { refuse } from '../refuse.ts'
import { parseHistory, parseLeave, parsePresence, parsePublish, parseTyping, parseVolatile } from './requests.ts'
import { wirePage } from '../rooms/wire-page.ts'
import type { Settings } from '../settings.ts'

export interface RequestParts {
  readonly settings: Settings
  readonly rules: EventRules
  readonly publisher: Publisher
}

/** The handlers of the protocol's requests, for one socket with a user. */
export class RoomRequests {
  readonly #socket: SocketIoSocket
  readonly #identity: Identity
  readonly #memberships: Memberships
  readonly #rates: RequestLimiter
  readonly #parts: RequestParts

  constructor(
    socket: SocketIoSocket,
    identity: Identity,
    memberships: Memberships,
    rates: RequestLimiter,
    parts: RequestParts,
  ) {
    this.#socket = socket
    this.#identity = identity
    this.#memberships = memberships
    this.#rates = rates
    this.#parts = parts
  }

  handle(event: string, raw: unknown, page: PageTurn): Promise<object> {
    switch (event) {
      case wire.join:
        return this.#join(raw, page)
      case wire.leave:
        return this.#leave(raw)
      case wire.publish:
        return this.#publish(raw)
      case wire.history:
        return this.#history(parseHistory(raw, this.#parts.settings.limits), page)
      case wire.volatile:
        return this.#volatile(raw)
      case wire.presence:
        return this.#presence(raw)
      default:
        return this.#typing(raw)
    }
  }

  /** A connection joins rarely: to keep the object would take more memory than making it costs. */
  async #join(raw: unknown, page: PageTurn): Promise<object> {
    const { settings } = this.#parts
    const [identity, memberships, rates] = [this.#identity, this.#memberships, this.#rates]
    return await new JoinRequests({ identity, memberships, rates, settings }).answer(raw, page)
  }

  async #leave(raw: unknown): Promise<{ ok: true }> {
    await this.#memberships.leave(parseLeave(raw).room)
    return { ok: true }
  }

  async #publish(raw: unknown): Promise<PublishAnswer> {
    const { settings, publisher } = this.#parts
    return await publisher.publish(
      this.#memberships,
      { identity: this.#identity, rates: this.#rates },
      parsePublish(raw, settings.limits),
    )
  }

  async #history({ room, epoch, ...range }: HistoryRequest, turn: PageTurn): Promise<HistoryAnswer> {
    const bytes = this.#parts.settings.limits.pageBytes
    this.#memberships.assertMember(room)
    await turn.begin()
    const page = await this.#memberships.assertMember(room).page({ bytes, ...range })
    this.#memberships.assertMember(room) // it may have been put out meanwhile
    if (page.epoch !== epoch) throw refuse('EPOCH', 'the log of this room has another epoch now: join again')
    return { ok: true, ...wirePage(page) }
  }

  /** S14: the sender must be a member, also after the app's functions have run. */
  async #volatile(raw: unknown): Promise<{ ok: true }> {
    const { rules } = this.#parts
    const { room, event, data } = parseVolatile(raw)
    this.#memberships.assertMember(room)
    const checked = rules.check(event, data, 'volatile')
    const admitted = await rules.admit(checked, room, this.#identity)
    this.#memberships.assertMember(room).relay(checked.event, admitted, this.#identity.wire, this.#socket)
    return { ok: true }
  }

  async #presence(raw: unknown): Promise<PresenceAnswer> {
    const { room: name, presence } = parsePresence(raw)
    const room = this.#memberships.assertMember(name)
    assertPresence(presence, this.#parts.settings)
    room.setPresence(this.#socket, this.#identity.wire, presence)
    return { ok: true }
  }

  async #typing(raw: unknown): Promise<{ ok: true }> {
    const { room, typing } = parseTyping(raw)
    this.#memberships.assertMember(room).setTyping(this.#socket, this.#identity.wire, typing)
    return { ok: true }
  }
}
