// For tools such as @roomful/devtools: the inner parts of a client. They may change in any version.
export { internalsOf } from './client-internals.ts'
export type { ClientInternals, InspectedRoom } from './client-internals.ts'
export type { RoomUse } from './rooms/membership-types.ts'
export type { RoomPart } from './rooms/rooms-protocol.ts'
export type { SocketHandlers, SocketPort } from './transport/socket-port.ts'
