import type { AmendingName, AnyContract, At, DataOut, RoomEmitted, RoomListened, User } from '@roomful/contract'
import type { MessageMeta } from '../rooms/room.ts'
import { AmendmentFold, type Reducer } from './amendment-fold.ts'
import type { TimelineMessage } from './timeline-entry.ts'
import type { TimelineSource } from './timeline-source.ts'
import type { TimelineName } from './timeline-name.ts'

/** The events of a contract that amend `E`, each with a function from the message and the amendment to the data to show. */
export type AmendmentReducers<C extends AnyContract, E extends TimelineName<C>, Shown> = {
  readonly [A in AmendingName<RoomEmitted<C>, E>]?: (
    entry: TimelineMessage<Shown, User<C>> & { readonly isRedacted: false },
    data: DataOut<At<RoomListened<C>, A>>,
    meta: MessageMeta<C>,
  ) => Shown
}

/** How a timeline shows amendments, made by `amendments`. `Shown` is the data of its messages. */
export interface Amendments<C extends AnyContract, E extends TimelineName<C>, Shown> {
  readonly '~fold': (source: TimelineSource) => AmendmentFold
  readonly '~types'?: [contract: C, event: E, shown: Shown]
}

/**
 * Edits, deletions and reactions in a timeline: for the option `amend` of `createTimeline` and `useTimeline`. Each function gets the
 * message as it is shown so far, and returns the data to show. It must be pure, and is called again for each change. Of one user's
 * amendments of a message the newest counts, or the newest with each value of the event's `key`. Make it once, outside of components.
 *
 * @example
 * interface Shown { readonly text: string; readonly isEdited?: boolean }
 * const amend = amendments<typeof chat, 'message', Shown>({ edit: (entry, { text }) => ({ text, isEdited: true }) })
 * const timeline = createTimeline(room, 'message', { amend })
 * await room.emit('edit', { target: entry, text: 'hello' })
 */
export function amendments<C extends AnyContract, E extends TimelineName<C>, Shown = DataOut<At<RoomListened<C>, E>>>(
  reducers: AmendmentReducers<C, E, Shown>,
): Amendments<C, E, Shown> {
  return { '~fold': (source) => new AmendmentFold(reducers as unknown as Readonly<Record<string, Reducer>>, source) }
}
