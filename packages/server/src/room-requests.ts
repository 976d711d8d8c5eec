import {
  type HistoryAnswer,
  type JoinAnswer,
  type PresenceAnswer,
  type PublishAnswer,
  wire,
} from '@roomful/contract/protocol'
import type { Identity } from './authenticate.ts'
import type { EventRules } from './event-rules.ts'
import type { RoomsSocket } from './host.ts'
import type { Memberships } from './memberships.ts'
import { assertPresence } from './presence-rules.ts'
import type { Publisher } from './publisher.ts'
import { RefusalError, refuse } from './refuse.ts'
import {
  parseHistory,
  parseJoin,
  parseLeave,
  parsePresence,
  parsePublish,
  parseTyping,
  parseVolatile,
} from './requests.ts'
import type { Answer } from './responder.ts'
import type { Settings } from './settings.ts'

export interface RequestParts {
  readonly settings: Settings
  readonly rules: EventRules
  readonly publisher: Publisher
}

/** What a known user may ask of rooms: an answer for each of the protocol's requests. */
export class RoomRequests {
  readonly answers: Readonly<Record<string, Answer>> = {
    [wire.join]: (raw) => this.#join(raw),
    [wire.leave]: (raw) => this.#leave(raw),
    [wire.publish]: (raw) => this.#publish(raw),
    [wire.history]: (raw) => this.#history(raw),
    [wire.volatile]: (raw) => this.#volatile(raw),
    [wire.presence]: (raw) => this.#presence(raw),
    [wire.typing]: (raw) => this.#typing(raw),
  }
  readonly #socket: RoomsSocket
  readonly #who: Identity
  readonly #rooms: Memberships
  readonly #parts: RequestParts

  constructor(socket: RoomsSocket, who: Identity, rooms: Memberships, parts: RequestParts) {
    this.#socket = socket
    this.#who = who
    this.#rooms = rooms
    this.#parts = parts
  }

  async #join(raw: unknown): Promise<JoinAnswer> {
    const { presence, ...request } = parseJoin(raw)
    return await this.#rooms.join(this.#isFine(presence) ? { ...request, presence } : request)
  }

  async #leave(raw: unknown): Promise<{ ok: true }> {
    await this.#rooms.leave(parseLeave(raw).room)
    return { ok: true }
  }

  async #publish(raw: unknown): Promise<PublishAnswer> {
    const { settings, publisher } = this.#parts
    return await publisher.publish(this.#rooms, this.#who, parsePublish(raw, settings.limits))
  }

  async #history(raw: unknown): Promise<HistoryAnswer> {
    const { limits } = this.#parts.settings
    const { room, epoch, ...range } = parseHistory(raw, limits)
    const page = await this.#rooms.assertMember(room).page({ ...range, bytes: limits.pageBytes })
    if (page.epoch !== epoch) throw refuse('EPOCH', 'the log of this room is another one now: join again')
    return { ok: true, ...page }
  }

  /** S14: at once, past the log; from members only, also where permission took its time. */
  async #volatile(raw: unknown): Promise<{ ok: true }> {
    const { rules } = this.#parts
    const { room, event, data } = parseVolatile(raw)
    this.#rooms.assertMember(room)
    const checked = rules.check(event, data, 'volatile')
    const travels = await rules.admit(checked, room, this.#who)
    this.#rooms.assertMember(room).relay(this.#socket, checked.event, travels, this.#who.wire)
    return { ok: true }
  }

  async #presence(raw: unknown): Promise<PresenceAnswer> {
    const { room: name, presence } = parsePresence(raw)
    const room = this.#rooms.assertMember(name)
    assertPresence(presence, this.#parts.settings)
    room.setPresence(this.#socket, this.#who.wire, presence)
    return { ok: true }
  }

  async #typing(raw: unknown): Promise<{ ok: true }> {
    const { room, typing } = parseTyping(raw)
    this.#rooms.assertMember(room).type(this.#socket, this.#who.wire, typing)
    return { ok: true }
  }

  /** A state that is refused does not refuse the join. */
  #isFine(presence: unknown): boolean {
    try {
      if (presence !== undefined) assertPresence(presence, this.#parts.settings)
      return true
    } catch (error) {
      if (error instanceof RefusalError) return false
      throw error
    }
  }
}
