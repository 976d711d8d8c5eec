import type { AnyContract, DurableName, RoomEmitted, RoomListened } from '@roomful/contract'

/** Room events that can have a timeline: the client sends and hears them, and the log keeps them. */
export type TimelineName<C extends AnyContract> = DurableName<RoomEmitted<C>> & DurableName<RoomListened<C>> & string
