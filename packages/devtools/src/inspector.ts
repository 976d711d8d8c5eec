// The recording and the faults of a client, without a user interface, for any build.
export { createInspector } from './inspector/create-inspector.ts'
export type { InspectorOptions } from './inspector/create-inspector.ts'
export type { ClientSnapshot, Inspector, InspectorFaults, RoomSnapshot } from './inspector/inspector-types.ts'
export type { Recorded } from './recorder/recorder.ts'
export { parseTrace } from '@roomful/testing/trace'
export type { Trace, TraceEntry, TraceError, TraceEvent } from '@roomful/testing/trace'
export type { Packet, PacketFilter } from '@roomful/testing/faults'
