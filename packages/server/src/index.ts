export { createRooms } from './create-rooms.ts'
export type { RoomsHost } from './host.ts'
export type { Batch, Committed, NewEntry, Page, PageRequest, RoomLog } from './log/log.ts'
export { memoryLog } from './log/memory-log.ts'
export type { MemoryLogOptions } from './log/memory-log.ts'
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
