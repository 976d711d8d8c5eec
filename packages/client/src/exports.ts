// What both entries of this package export: index.ts over socket.io-client, light.ts over WebSockets alone.
export * from '@roomful/contract'
export type { AckEmitter, Client, ClientHandler, EventEmitter } from './client.ts'
export type { RoomsOption } from './client-core.ts'
export type { Auth, AuthContext } from './connection/auth.ts'
export type { ReconnectOptions } from './connection/connection-settings.ts'
export type {
  ConnectionState,
  Guarantees,
  OutboxStorageName,
  RetryReason,
  StopReason,
} from './connection/connection-state.ts'
export { createLostConnection } from './connection/create-lost-connection.ts'
export type { LostConnection, LostConnectionOptions } from './connection/create-lost-connection.ts'
export type { Unsubscribe } from './emitter.ts'
export { createKeyedEvents } from './events/keyed-events.ts'
export type { KeyedEvents } from './events/keyed-events.ts'
export type { OnInvalid } from './events/schemas.ts'
export type { DroppedEmit, Inspect, InspectEvent, OnDrop } from './inspect.ts'
export type { CallOptions } from './promises.ts'
export { asyncStorageOutbox } from './roomful/storage/async-storage.ts'
export type { AsyncStorage } from './roomful/storage/async-storage.ts'
export { persistentOutbox } from './roomful/storage/persistent-outbox.ts'
export type { MessageSpan, MessageTracing } from './roomful/outbox/tracing.ts'
export type { PersistentOutbox } from './roomful/storage/persistent-outbox.ts'
export type { OutboxStorage } from './roomful/storage/outbox-storage.ts'
export type { OutboxOption } from './roomful/storage/stored-outbox.ts'
export { createPresence } from './roomful/presence/create-presence.ts'
export type { PresenceState, RoomPresence, RoomTyping } from './roomful/presence/presence-types.ts'
export { roomful } from './roomful/roomful.ts'
export type { RoomfulOptions } from './roomful/roomful.ts'
export { createTyping } from './roomful/typing/create-typing.ts'
export type { Inbox, InboxHandler, InboxMessage, InboxName, InboxTimeline } from './rooms/inbox.ts'
export { plainRooms } from './rooms/plain/plain-rooms.ts'
export { eventNameRooms, positionalRooms, roomFieldRooms, roomIdRooms } from './rooms/plain/plain-styles.ts'
export type { EventCall, PlainMessage, PlainRooms, PlainStyle } from './rooms/plain/plain-types.ts'
export type {
  Gap,
  HistoryQuery,
  JoinOptions,
  Member,
  MessageArgs,
  MessageMeta,
  Occupancy,
  Room,
  RoomHandler,
  RoomMessage,
  RoomName,
  RoomSender,
} from './rooms/room.ts'
export type { RoomState } from './rooms/room-state.ts'
export type { ClientOutbox, OutboxStatus } from './rooms/rooms-protocol.ts'
export type { ReadonlyStore, Report } from './store.ts'
export type { List } from './timeline/chunked-list.ts'
export type { TimelineEntry, TimelineGap, TimelineMessage } from './timeline/timeline-entry.ts'
export { amendments } from './timeline/amendments.ts'
export type { AmendmentReducers, Amendments } from './timeline/amendments.ts'
export { createTimeline } from './timeline/create-timeline.ts'
export type {
  AmendedTimelineOptions,
  MessageOf,
  Timeline,
  TimelineName,
  TimelineOptions,
  TimelineState,
} from './timeline/timeline-types.ts'
