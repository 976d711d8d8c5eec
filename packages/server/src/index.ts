export { createRooms } from './create-rooms.ts'
export { identity } from './connection/identity.ts'
export type { IdentityDetails, UserIdentity } from './connection/identity.ts'
export type { ServerLimits } from './guard/server-limits.ts'
export type { SocketIoServer } from './socket-io.ts'
export type { BanOptions } from './log/ban-limits.ts'
export type { Appended, Ban, Batch, Committed, LogListener, Page, PageRequest, RoomLog } from './log/log.ts'
export { memoryLog } from './log/memory-log.ts'
export type { MemoryLogOptions } from './log/memory-log.ts'
export type { Amends, EarlierEpoch, LogEntry, LogHead, LogPosition, NewEntry, Place } from './log/log-entry.ts'
export type { Retention, RetentionOption } from './log/retention.ts'
export type {
  GoneMember,
  MembersChange,
  MembersPosition,
  NodeInfo,
  NodeMember,
  NodeOptions,
  Nodes,
  RoomListeners,
  SetMember,
  SharedMembers,
} from './nodes/nodes.ts'
export type { RowOptions } from './log/row-limits.ts'
export { settle } from './log/sender-row.ts'
export type { DecidedItem, RecordedAnswer, Sender, SenderRow, SettledBatch } from './log/sender-row.ts'
export type {
  AmendedMessage,
  EmitContext,
  Handshake,
  HandlerContext,
  JoinContext,
  MemberContext,
  Rooms,
  RoomsLimits,
  RoomsOptions,
  RoomEmitter,
  UserEmitter,
} from './options.ts'
export type {
  DisconnectOptions,
  HistoryRange,
  RemoveOptions,
  RoomMember,
  RoomOperations,
  RoomSummary,
} from './rooms/operations.ts'
export type { RateCheck, RateContext } from './rates/rate-check.ts'
export type { AddressRates, ConnectionRates, Rates, RatesOption } from './rates/rates.ts'
export type { Rate } from './rates/token-bucket.ts'
export type { TrustProxy } from './rates/trust-proxy.ts'
export { RefusalError, refuse } from './refuse.ts'
export type { ErrorContext } from './report.ts'
export type { RoomsTracing, TracedMessage } from './tracing.ts'
export type { HistogramSnapshot } from './metrics/counters.ts'
export type { RoomsEvent } from './metrics/events.ts'
export type { BoundName, PublishResult, RefusalCount, RoomsMetrics } from './metrics/metrics.ts'
