import { type JoinAnswer, type JoinRequest, type JoinsAnswer, wire } from '@roomful/contract/protocol'
import { type Identity, userIdOf } from './authenticate.ts'
import type { PageTurn } from '../guard/page-turns.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import { RefusalError, refuse } from '../refuse.ts'
import { refusedAnswer } from './refused-answer.ts'
import { JoinGroup, type JoinTurn, turnOfOne } from '../rooms/joins/join-group.ts'
import type { Memberships } from '../rooms/joins/memberships.ts'
import { assertPresence } from '../rooms/members/presence-rules.ts'
import { parseJoin, parseRooms } from './requests.ts'
import type { Settings } from '../settings.ts'

interface JoinParts {
  readonly identity: Identity
  readonly memberships: Memberships
  readonly rates: RequestLimiter
  readonly settings: Settings
}

/** Answers `$join` of one room, and of several (S26). */
export class JoinRequests {
  readonly #parts: JoinParts

  constructor(parts: JoinParts) {
    this.#parts = parts
  }

  async answer(raw: unknown, page: PageTurn): Promise<JoinAnswer | JoinsAnswer> {
    const { limits } = this.#parts.settings
    const rooms = parseRooms(raw, limits)
    if (rooms !== undefined) return await this.#joinAll(rooms, page)
    return await this.#join(parseJoin(raw, limits), turnOfOne(page, limits.pageBytes))
  }

  /** Each room is refused by itself. All joins begin in this tick, so that two such requests never wait for each other. */
  async #joinAll(rooms: readonly unknown[], page: PageTurn): Promise<JoinsAnswer> {
    const { identity, settings } = this.#parts
    const { limits, serverLimits } = settings
    const answerBytes = serverLimits.unsentBytes
    const group = new JoinGroup(rooms.length, page, { pageBytes: limits.pageBytes, answerBytes })
    const names = new Set<string>()
    const answers = rooms.map((raw) =>
      group
        .run((turn) => this.#joinGrouped(raw, names, turn))
        .catch((error: unknown) => refusedAnswer(error, wire.join, userIdOf(identity), settings)),
    )
    return { ok: true, answers: await Promise.all(answers) }
  }

  async #joinGrouped(raw: unknown, names: Set<string>, turn: JoinTurn): Promise<JoinAnswer> {
    const { rates, settings } = this.#parts
    rates.take({ joins: 1 })
    const request = parseJoin(raw, settings.limits)
    if (names.has(request.room)) throw refuse('SHAPE', 'rooms has this room twice')
    names.add(request.room)
    return await this.#join(request, turn)
  }

  async #join({ presence, ...request }: JoinRequest, turn: JoinTurn): Promise<JoinAnswer> {
    return await this.#parts.memberships.join(this.#isAccepted(presence) ? { ...request, presence } : request, turn)
  }

  /** S16: a presence that is refused does not refuse the join. */
  #isAccepted(presence: unknown): boolean {
    try {
      if (presence !== undefined) assertPresence(presence, this.#parts.settings)
      return true
    } catch (error) {
      if (error instanceof RefusalError) return false
      throw error
    }
  }
}
