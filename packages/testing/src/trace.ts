// The format of traces, without Node, Socket.IO or msw: @roomful/devtools writes and shows them.
export { parseTrace } from './trace/parse-trace.ts'
export { MAX_TRACE_ENTRIES, MAX_TRACE_LENGTH, TRACE_FORMAT, TRACE_VERSION } from './trace/trace.ts'
export type { Trace, TraceEntry, TraceError, TraceEvent } from './trace/trace.ts'
export { encodeBinary } from './trace/trace-values.ts'
