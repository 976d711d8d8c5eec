import { RoomfulError } from '@roomful/contract'
import { type Hello, wire } from '@roomful/contract/protocol'
import type { HistoryQuery, RoomProtocol, Wire } from '../rooms/room-protocol.ts'
import { granted, readHistoryAnswer, readJoinAnswer, readPublishAnswer } from './wire-messages.ts'

export interface RoomfulPort {
  askNow(event: string, args: readonly unknown[], options: { timeoutMs: number }): Promise<unknown[]>
  write(event: string, args: readonly unknown[]): boolean
  /** Now or not at all, also where the connection is congested. */
  volatile(event: string, args: readonly unknown[]): void
}

interface Settings extends Pick<Hello, 'limits' | 'capabilities'> {
  readonly joinTimeoutMs: number
  readonly ackTimeoutMs: number
}

/** Rooms as `@roomful/server` speaks of them: docs/protocol.md. */
export function roomfulRooms(port: RoomfulPort, settings: Settings): RoomProtocol {
  const { limits, capabilities, joinTimeoutMs, ackTimeoutMs } = settings
  const ask = async (event: string, request: object, timeoutMs: number) =>
    (await port.askNow(event, [request], { timeoutMs }))[0]

  const others: Wire = {
    limits,
    ask: async (event, request) => granted(event, await ask(event, request, ackTimeoutMs)),
    say: (event, message) => port.volatile(event, [message]),
  }

  return {
    kind: 'roomful',
    async join(room, since, _onLate, presence) {
      try {
        const request = { room, ...(since && { since }), ...(presence !== undefined && { presence }) }
        const { members, ...page } = readJoinAnswer(await ask(wire.join, request, joinTimeoutMs))
        return { acknowledged: true, page, ...(members && { members }) }
      } catch (error) {
        // An answer may still come: the server must not keep a member that does not know of it.
        if (!(error as RoomfulError).refusal) port.write(wire.leave, [{ room }])
        throw error
      }
    },
    async leave(room) {
      await ask(wire.leave, { room }, joinTimeoutMs)
    },
    session: (epoch) => ({ epoch, ...limits }),
    async publish(room, { epoch, messages }) {
      const items = messages.map(({ n, event, data }) => ({ n, event, data: data ?? null }))
      const request = { room, epoch, cid: messages[0]?.cid, items }
      return readPublishAnswer(await ask(wire.publish, request, ackTimeoutMs), items.length)
    },
    volatile(room, event, data) {
      port.volatile(wire.volatile, [{ room, event, data: data ?? null }])
    },
    async history(room, epoch, query) {
      if (epoch === undefined) throw new RoomfulError('NOT_MEMBER', `unable to read room ${room}: join it first`)
      const answer = readHistoryAnswer(await ask(wire.history, { room, epoch, ...pageOf(query, limits) }, ackTimeoutMs))
      const oldest = answer.entries[0]?.seq ?? answer.first
      const newest = answer.entries.at(-1)?.seq ?? answer.head
      return { ...answer, more: 'after' in query ? newest < answer.head : oldest > answer.first }
    },
    wire: (capability) => (capabilities.includes(capability) ? others : undefined),
  }
}

function pageOf(
  query: HistoryQuery,
  { page }: Hello['limits'],
): { limit: number } & ({ after: number } | { before: number }) {
  const limit = Math.min(query.limit ?? page, page)
  return 'after' in query ? { after: query.after, limit } : { before: query.before ?? Number.MAX_SAFE_INTEGER, limit }
}
