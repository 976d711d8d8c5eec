import { RoomfulError } from '@roomful/contract'
import { type Bye, isObject } from '@roomful/contract/protocol'
import type { Sessions } from '../connection/sessions.ts'
import { isUserId } from '../connection/user-id.ts'
import { NodeCalls } from '../nodes/node-calls.ts'
import type { NodeLinks } from '../nodes/node-links.ts'
import { type CallHandler, ReceivedCalls } from '../nodes/received-calls.ts'
import { refuse } from '../refuse.ts'
import type { ActiveRooms } from './active-rooms.ts'

interface NodeOperationParts {
  readonly sessions: Sessions
  readonly activeRooms: ActiveRooms
  /** undefined where the log has one process. */
  readonly links: NodeLinks | undefined
}

/** How many connections `reauthorize` asks the app about at a time. */
const MAX_ASKING = 32

/** The calls of an operator that each node does for its own connections, by the names of the app's calls, with their arguments. */
interface Operations {
  readonly remove: { readonly room: string; readonly userId: string; readonly code: string; readonly message?: string }
  readonly disconnect: { readonly userId: string; readonly bye: Bye }
  readonly reauthorize: { readonly userId?: string }
  readonly newEpoch: Readonly<Record<string, never>>
}

/** Does the calls of an operator on all nodes. Connections that are newer than the call are not meant. */
export class NodeOperations {
  readonly #parts: NodeOperationParts
  readonly #calls: NodeCalls | undefined

  constructor(parts: NodeOperationParts) {
    const { links } = parts
    this.#parts = parts
    if (links === undefined) return
    this.#calls = new NodeCalls(links)
    new ReceivedCalls(links, this.#handlers())
  }

  /** For each of the user's connections, and for those that are lost and kept as members. */
  remove(args: Operations['remove']): Promise<void> {
    return this.#onAll('remove', args, () => this.#remove(args, 0))
  }

  /** Also refuses connections of the user whose `authenticate` is running. */
  disconnect(args: Operations['disconnect']): Promise<void> {
    return this.#onAll('disconnect', args, () => this.#parts.sessions.sendAway(args.userId, args.bye))
  }

  reauthorize(args: Operations['reauthorize']): Promise<void> {
    return this.#onAll('reauthorize', args, () => this.#reauthorize(args))
  }

  /** The log has another epoch: the members of all nodes get `$head`. */
  newEpoch(): Promise<void> {
    return this.#onAll('newEpoch', {}, () => this.#parts.activeRooms.checkHeads())
  }

  /** Rejects the calls under way. */
  stop(): void {
    this.#calls?.stop()
  }

  /** Begins here and on the other nodes, and resolves when all have finished. */
  async #onAll<Name extends keyof Operations>(
    name: Name,
    args: Operations[Name],
    here: () => void | Promise<void>,
  ): Promise<void> {
    const results = await Promise.allSettled([
      (async () => await here())(),
      this.#calls?.call(`rooms.${name}`, name, args),
    ])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** For the calls of other nodes, which may have another version. */
  #handlers(): ReadonlyMap<keyof Operations, CallHandler> {
    const { sessions, activeRooms } = this.#parts
    return new Map<keyof Operations, CallHandler>([
      ['remove', (args, agoMs) => this.#remove(read<Operations['remove']>(args, ['room', 'userId', 'code']), agoMs)],
      [
        'disconnect',
        (args, agoMs) => {
          const { userId, bye } = read<Operations['disconnect']>(args, ['userId'])
          sessions.sendAway(userId, read<Bye>(bye, ['code']), agoMs)
        },
      ],
      ['reauthorize', (args) => this.#reauthorize(read<Operations['reauthorize']>(args, []))],
      ['newEpoch', () => activeRooms.checkHeads()],
    ])
  }

  #remove({ room, userId, code, message }: Operations['remove'], agoMs: number): void {
    const { sessions, activeRooms } = this.#parts
    for (const { memberships } of sessions.all(userId, agoMs)) memberships?.putOut(room, refuse(code, message))
    const active = activeRooms.find(room)
    active?.refuseBatches(userId)
    active?.removeLost(userId)
  }

  async #reauthorize({ userId }: Operations['reauthorize']): Promise<void> {
    const waiting = this.#parts.sessions.all(userId)
    const ask = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next.memberships?.reauthorize()
    }
    await Promise.all(Array.from({ length: Math.min(MAX_ASKING, waiting.length) }, ask))
  }
}

/** @throws RoomfulError `UNSUPPORTED` for arguments of another version. */
function read<T>(args: unknown, texts: readonly string[]): T {
  const isKnown = isObject(args) && texts.every((name) => typeof args[name] === 'string')
  if (isKnown && (args['userId'] === undefined || isUserId(args['userId']))) return args as T
  throw new RoomfulError('UNSUPPORTED', 'its arguments are of another version of @roomful/server')
}
