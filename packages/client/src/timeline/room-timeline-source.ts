import { emitIn } from '../rooms/create-room.ts'
import type { Room } from '../rooms/room.ts'
import { internalsOf } from '../rooms/room-internals.ts'
import { sentPromise } from '../rooms/sent-promise.ts'
import type { TimelineSource } from './timeline-source.ts'

/** A room of a client as the source of a timeline; throws `INVALID_ARGUMENT` for anything else. */
export function sourceOf(room: object): TimelineSource {
  const internals = internalsOf(room)
  const { name, client, events, part, userChanges, ends, userId } = internals
  const { state, on } = room as Room
  const { report } = client.reporting
  let self: unknown
  return {
    state,
    on: (event: string, handler: (data: never, meta: never) => void) => on(event, handler as () => void),
    onRedaction: (listener) => events.onRedaction(listener),
    onTurnEnd: (listener) => events.onTurnEnd(listener),
    epoch: () => part.epoch?.(),
    isContinued: (epoch) => part.isContinued?.(epoch) === true,
    history: (query) => part.history(query),
    requestInitial: (limit) => part.requestInitial?.(limit) ?? (() => undefined),
    watchUser: (listener) => userChanges.add(listener),
    onEnd: (listener) => ends.add(listener),
    publish: (event, data) => emitIn(internals, state.getState(), event, [data], {}),
    refused: (event, error) => sentPromise(Promise.reject(error as Error), client.reporting, event, name),
    outgoing: () => part.outgoing.list(),
    watchOutgoing: (listener) => part.outgoing.watch(listener),
    discard: (id) => part.outgoing.discard(id),
    self() {
      const connection = client.connection.store.getState()
      if (connection.status === 'connected') self = connection.user
      return self
    },
    keyOf: (event) => client.schemas.keyOf(event),
    isSelf: (from) => isSameUser(from, userId()),
    read: (event, data) => (client.schemas.readRoomEvent(internals, event, data) ?? { data }).data,
    report,
  }
}

/** undefined where it cannot be known: the server does not identify users, or the contract's user has no id. */
function isSameUser(from: unknown, userId: string | undefined): boolean | undefined {
  const id = (from as { readonly id?: unknown } | undefined)?.id
  return userId === undefined || (from !== undefined && id === undefined) ? undefined : id === userId
}
