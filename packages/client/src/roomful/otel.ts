import { isSpanContextValid, SpanKind, SpanStatusCode, trace, TraceFlags, type Tracer } from '@opentelemetry/api'
import type { MessageTracing } from './outbox/tracing.ts'

export interface OtelTracingOptions {
  /** @default the tracer `@roomful/client` of the global provider */
  readonly tracer?: Tracer
}

/**
 * OpenTelemetry for messages to rooms: a span from `room.emit` to the receipt, as a child of the span that is active then. The
 * server's handler continues the trace, where the server has `otelTracing()` of `@roomful/server/otel`. A span holds the names
 * of room and event and the message's id, no data and no user. A message that a page finds in its stored outbox has no span.
 *
 * @example createClient({ url, rooms: roomful({ tracing: otelTracing() }) })
 */
export function otelTracing({ tracer }: OtelTracingOptions = {}): MessageTracing {
  return {
    onEmit({ room, event, id }) {
      const attributes = {
        'messaging.system': 'roomful',
        'messaging.operation.type': 'send',
        'messaging.destination.name': room,
        'messaging.message.id': id,
        'roomful.event': event,
      }
      const ofTracer = tracer ?? trace.getTracer('@roomful/client')
      const span = ofTracer.startSpan(`send ${event}`, { kind: SpanKind.PRODUCER, attributes })
      const context = span.spanContext()
      const flags = context.traceFlags & TraceFlags.SAMPLED
      return {
        traceparent: isSpanContextValid(context) ? `00-${context.traceId}-${context.spanId}-0${flags}` : undefined,
        end(error) {
          if (error) {
            span.recordException(error)
            span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
          }
          span.end()
        },
      }
    },
  }
}
