// What the two halves of `roomful/1` share: wire names and shapes, limits, codes, checks. Apps import the package's root.
export { isSchema } from './contract-definition.ts'
export type { ContractChecks, EventSection, ValueSection } from './contract-checks.ts'
export {
  assertEventName,
  assertPlainEventName,
  assertRoomName,
  isEventName,
  isRoomName,
  roomNameError,
} from './names.ts'
export { eventIn, validate, validateEvent } from './validate.ts'
export type { EventSchemas } from './validate.ts'
export { bytesOf, describe, isObject, utf8BytesOf } from './values.ts'
export {
  INBOX,
  MAX_JOINS_MS,
  MAX_PARAMS_BYTES,
  PROTOCOL_VERSION,
  defaultLimits,
  durabilities,
  finalCodes,
  isMessageId,
  isPassingCode,
  passingCodes,
  wire,
} from './wire.ts'
export type * from './wire.ts'
