export { defineContract, isSchema, typeOnly } from './define-contract.ts'
export type {
  AnyContract,
  CheckDefinition,
  Contract,
  ContractDefinition,
  EventShape,
  Invalid,
  PushShape,
  RoomEventShape,
  TypeOnly,
} from './define-contract.ts'
export { RoomfulError, ValidationError } from './errors.ts'
export type { ErrorCode, LocalCode, Refusal } from './errors.ts'
export type * from './infer.ts'
export { assertEventName, assertRoomName, describe, isEventName, isRoomName } from './names.ts'
export type { ReservedName } from './names.ts'
export type { ClientToServerEvents, EventsMap, ServerToClientEvents, SocketIoContract } from './socket-io-maps.ts'
export { eventIn, validate } from './validate.ts'
export type { EventSchemas } from './validate.ts'
export { PROTOCOL_VERSION, defaultLimits, finalCodes, passingCodes, wire } from './wire.ts'
export type * from './wire.ts'
