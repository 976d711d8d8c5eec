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
export type { ReservedName } from './names.ts'
export type { ClientToServerEvents, EventsMap, ServerToClientEvents, SocketIoContract } from './socket-io-maps.ts'
// These names move to '@roomful/contract/protocol'; they leave this entry when the client imports them from there.
export * from './protocol.ts'
