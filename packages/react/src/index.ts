'use client'
export type { ClientHooks, Hooks } from './bound-hooks.ts'
export { clientHooks } from './client-hooks.ts'
export { createHooks } from './create-hooks.ts'
export type { ClientOption, EqualityOption, MaybeRoom, NoRoom, RoomOptions, UseRoom, UseSocket } from './types.ts'
export { useConnection, useSocket } from './use-connection.ts'
export { useEmitWithAck } from './use-emit-with-ack.ts'
export type { UseEmitWithAck, UseEmitWithAckOptions } from './use-emit-with-ack.ts'
export { useEvent } from './use-event.ts'
export { useEventBuffer } from './use-event-buffer.ts'
export type {
  BufferedClientEvent,
  BufferedInboxEvent,
  BufferedRoomEvent,
  UseEventBuffer,
  UseEventBufferOptions,
} from './use-event-buffer.ts'
export { useEventReducer } from './use-event-reducer.ts'
export { useKeyedEvents } from './use-keyed-events.ts'
export { useLostConnection } from './use-lost-connection.ts'
export { useMembers, useOccupancy, useOthers, useSelf } from './use-members.ts'
export { useOutbox, useUnsentGuard } from './use-outbox.ts'
export { usePresence } from './use-presence.ts'
export type { UsePresence } from './use-presence.ts'
export { useRoom } from './use-room.ts'
export { useTimeline } from './use-timeline.ts'
export type { UseAmendedTimelineOptions, UseInboxTimeline, UseTimeline, UseTimelineOptions } from './use-timeline.ts'
export { useTyping } from './use-typing.ts'
export type { UseTyping } from './use-typing.ts'
