import type { RoomfulError } from '@roomful/contract'
import { INBOX, type JoinAnswer, type JoinRequest, wire } from '@roomful/contract/protocol'
import type { HistoryQuery } from '../rooms/room.ts'
import type { RoomfulLink } from './roomful-rooms.ts'
import { readPage, refusedBy } from './wire-messages.ts'

type JoinDetails = { readonly [Key in 'since' | 'presence' | 'params' | 'last']: JoinRequest[Key] | undefined }

/** The requests of one room. Each rejects with the server's refusal, `TIMEOUT`, `DISCONNECTED`, or `INVALID` for a malformed answer. */
export class RoomRequests {
  readonly #room: string
  readonly #link: RoomfulLink

  constructor(room: string, link: RoomfulLink) {
    this.#room = room
    this.#link = link
  }

  async join(details: JoinDetails): Promise<Omit<JoinAnswer, 'ok'>> {
    const { core, hello } = this.#link
    if (this.#room === INBOX && !hello!.capabilities.includes('inbox'))
      throw refusedBy({ code: 'UNSUPPORTED', message: 'the server has no inbox for this user' })
    try {
      // JSON leaves out what is undefined.
      const answer = await this.#link.join({ room: this.#room, ...details, packs: true })
      return readPage(wire.join, answer, hello!.limits.page, !details.since)
    } catch (error) {
      // The answer may come later: the server must not keep a member that does not know of it.
      if (!(error as RoomfulError).refusal) core.sender.write(wire.leave, [{ room: this.#room }])
      throw error
    }
  }

  async leave(): Promise<void> {
    await this.#request(wire.leave, {}, this.#link.core.settings.joinTimeoutMs)
  }

  /** At most `limit` entries: the newest, or those before or after a `seq`. */
  async history(epoch: string, query: HistoryQuery): Promise<Omit<JoinAnswer, 'ok'>> {
    const { hello, core } = this.#link
    const { page } = hello!.limits
    const limit = Math.min(query.limit ?? page, page)
    const range = 'after' in query ? { after: query.after } : { before: query.before ?? Number.MAX_SAFE_INTEGER }
    const request = { epoch, limit, ...range }
    const answer = await this.#request(wire.history, request, core.settings.ackTimeoutMs)
    return readPage(wire.history, answer, limit, !('after' in query))
  }

  #request(event: string, request: object, timeoutMs: number): Promise<unknown> {
    return this.#link.request(event, { room: this.#room, ...request }, timeoutMs)
  }
}
