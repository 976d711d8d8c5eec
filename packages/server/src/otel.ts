import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { RefusalError } from './refuse.ts'
import type { RoomsTracing } from './tracing.ts'

export interface OtelTracingOptions {
  /** @default the tracer `@roomful/server` of the global provider */
  readonly tracer?: Tracer
}

/**
 * OpenTelemetry for messages of clients: a span around `authorize.emit` and the event's handler. It continues the trace of
 * the client's `room.emit`, where the client has `otelTracing()` of `@roomful/client/otel`. Spans that the app's functions
 * start, of a database for example, are its children. A span holds the names of room and event, the message's id, and a
 * refusal's code; no data and no user. A refusal is no error of the span.
 *
 * @example const rooms = createRooms(io, { contract, tracing: otelTracing() })
 */
export function otelTracing({ tracer }: OtelTracingOptions = {}): RoomsTracing {
  return {
    async handle({ room, event, id, traceparent }, run) {
      const attributes = {
        'messaging.system': 'roomful',
        'messaging.operation.type': 'process',
        'messaging.destination.name': room,
        'messaging.message.id': id,
        'roomful.event': event,
      }
      const parent = contextOf(traceparent)
      const ofTracer = tracer ?? trace.getTracer('@roomful/server')
      const span = ofTracer.startSpan(`process ${event}`, { kind: SpanKind.CONSUMER, attributes }, parent)
      try {
        return await context.with(trace.setSpan(parent, span), run)
      } catch (error) {
        if (error instanceof RefusalError) span.setAttribute('roomful.refusal', error.code)
        if (!(error instanceof RefusalError) || error.code === 'INTERNAL') {
          span.recordException(error as Error)
          span.setStatus({ code: SpanStatusCode.ERROR })
        }
        throw error
      } finally {
        span.end()
      }
    },
  }
}

function contextOf(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = traceparent?.split('-') ?? []
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
}
