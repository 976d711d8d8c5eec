export type { Target } from './amendments.ts'
export { defineContract, typeOnly } from './define-contract.ts'
export type { AnyContract, CheckDefinition, Contract, Invalid, TypeOnly } from './define-contract.ts'
export type { ContractDefinition, EventShape, InboxEventShape, RoomEventShape } from './contract-definition.ts'
export { RoomfulError, ValidationError } from './errors.ts'
export type { ErrorCode, LocalCode, Refusal } from './errors.ts'
export type {
  AckIn,
  AckOut,
  AckedName,
  AmendedName,
  AmendingName,
  At,
  ClientToServer,
  DataArgs,
  DataIn,
  DataOut,
  DurableName,
  EmitArgs,
  EventName,
  HandlerArgs,
  HandlerResult,
  HasAck,
  InboxEvents,
  IsAny,
  JoinParams,
  JoinParamsInput,
  Json,
  Presence,
  PresenceInput,
  Receipt,
  RoomEmitted,
  RoomListened,
  ServerToClient,
  User,
  UserInput,
  VolatileName,
} from './infer.ts'
export type { ReservedName } from './names.ts'
export type { ClientToServerEvents, EventsMap, ServerToClientEvents, SocketIoContract } from './socket-io-maps.ts'
