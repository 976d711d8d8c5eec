export { createRooms } from './create-rooms.ts'
export type { RoomsHost } from './host.ts'
export type { Appended, Batch, Committed, Page, PageRequest, RoomLog } from './log/log.ts'
export { memoryLog } from './log/memory-log.ts'
export type { MemoryLogOptions } from './log/memory-log.ts'
export type { NewEntry } from './log/new-entry.ts'
export type { Retention, RetentionOption } from './log/retention.ts'
export type { RowOptions } from './log/row-limits.ts'
export { settle } from './log/sender-row.ts'
export type { DecidedItem, Remembered, Sender, SenderRow, Step } from './log/sender-row.ts'
export type {
  EmitContext,
  Handshake,
  HandlerContext,
  JoinContext,
  Rooms,
  RoomsLimits,
  RoomsOptions,
  RoomVoice,
} from './options.ts'
export { RefusalError, refuse } from './refuse.ts'
export type { ErrorContext } from './report.ts'
