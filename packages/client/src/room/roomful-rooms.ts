import { type Limits, passingCodes, type Receipt, RoomfulError, wire } from '@roomful/contract'
import type { HistoryQuery, Outgoing, Published, RoomProtocol } from './room-protocol.ts'
import { readHistoryAnswer, readJoinAnswer, readPublishAnswer, refusedBy } from './roomful-messages.ts'

export interface RoomfulPort {
  askNow(event: string, args: readonly unknown[], options: { timeoutMs: number }): Promise<unknown[]>
  write(event: string, args: readonly unknown[]): boolean
}

interface Settings {
  readonly limits: Limits
  /** This page's id; with `n` it makes each message's own. */
  readonly cid: string
  readonly joinTimeoutMs: number
  readonly ackTimeoutMs: number
}

/** Rooms as `@roomful/server` speaks of them: docs/protocol.md. */
export function roomfulRooms(port: RoomfulPort, { limits, cid, joinTimeoutMs, ackTimeoutMs }: Settings): RoomProtocol {
  const ask = async (event: string, request: object, timeoutMs: number) =>
    (await port.askNow(event, [request], { timeoutMs }))[0]

  return {
    async join(room) {
      try {
        const { epoch, head, members } = readJoinAnswer(await ask(wire.join, { room }, joinTimeoutMs))
        return { acknowledged: true, position: { epoch, head }, ...(members && { members }) }
      } catch (error) {
        // An answer may still come: the server must not keep a member that does not know of it.
        if (!(error as RoomfulError).refusal) port.write(wire.leave, [{ room }])
        throw error
      }
    },
    async leave(room) {
      await ask(wire.leave, { room }, joinTimeoutMs)
    },
    batchSize: (items) => batchSize(items, limits),
    async publish(room, epoch, items) {
      const request = { room, epoch, cid, items: items.map(({ n, event, data }) => ({ n, event, data: data ?? null })) }
      const { results, code, message, after = 0 } = readPublishAnswer(await ask(wire.publish, request, ackTimeoutMs))
      const outcomes = results.slice(0, items.length).map((result, index): Receipt | RoomfulError => {
        if ('code' in result) return refusedBy(result.code, result.message)
        return { confirmed: true, id: messageId(cid, items[index]?.n ?? 0), seq: result.seq, at: result.at }
      })
      return withRest(outcomes, items, code, message, after)
    },
    volatile(room, event, data) {
      port.write(wire.volatile, [{ room, event, data: data ?? null }])
    },
    async history(room, epoch, query) {
      if (epoch === undefined) throw new RoomfulError('NOT_MEMBER', `unable to read room ${room}: join it first`)
      const answer = readHistoryAnswer(await ask(wire.history, { room, epoch, ...pageOf(query, limits) }, ackTimeoutMs))
      const oldest = answer.entries[0]?.seq ?? answer.first
      const newest = answer.entries.at(-1)?.seq ?? answer.head
      return { entries: answer.entries, more: 'after' in query ? newest < answer.head : oldest > answer.first }
    },
  }
}

/** A message's own id: what everyone in the room sees of its key. */
export function messageId(cid: string, n: number): string {
  return `${cid.slice(0, 8)}:${n}`
}

/** As many as the server takes at once; one always goes, so that the server itself can say that it is too large. */
function batchSize(items: readonly Outgoing[], { batchItems, batchBytes }: Limits): number {
  let bytes = 0
  let count = 0
  for (const item of items) {
    bytes += item.bytes
    if (count > 0 && (bytes > batchBytes || count >= batchItems)) break
    count += 1
  }
  return count
}

/** A refusal of the rest that passes keeps it waiting; any other is the answer to each of them. */
function withRest(
  outcomes: readonly (Receipt | RoomfulError)[],
  items: readonly Outgoing[],
  code: string | undefined,
  message: string | undefined,
  after: number,
): Published {
  if (outcomes.length === items.length) return { results: outcomes }
  const error = refusedBy(code ?? 'REFUSED', message, after)
  if (code && (passingCodes as readonly string[]).includes(code))
    return { results: outcomes, rest: { error, afterMs: after, rejoin: code === 'EPOCH' || code === 'NOT_MEMBER' } }
  return { results: [...outcomes, ...items.slice(outcomes.length).map(() => error)] }
}

function pageOf(query: HistoryQuery, { page }: Limits): { limit: number } & ({ after: number } | { before: number }) {
  const limit = Math.min(query.limit ?? page, page)
  return 'after' in query ? { after: query.after, limit } : { before: query.before ?? Number.MAX_SAFE_INTEGER, limit }
}
