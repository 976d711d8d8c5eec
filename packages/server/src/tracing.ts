/** A message of a client, before the app's functions run for it. */
export interface TracedMessage {
  readonly room: string
  readonly event: string
  readonly id: string
  /** As in W3C Trace Context, well-formed; undefined where the client sent none. */
  readonly traceparent: string | undefined
}

/** Puts a span around the app's functions: `otelTracing()` of `@roomful/server/otel`. */
export interface RoomsTracing {
  /** Runs `authorize.emit` and the handler of a message inside a span. Returns what `run` returns, and throws what it throws. */
  handle<T>(message: TracedMessage, run: () => Promise<T>): Promise<T>
}

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/

/** A `traceparent` as it came off the wire. A malformed one is ignored: it must not refuse a message. */
export function readTraceparent(value: unknown): string | undefined {
  return typeof value === 'string' && value.length === 55 && TRACEPARENT.test(value) ? value : undefined
}
