/** Makes the spans of messages to rooms: `otelTracing()` of `@roomful/client/otel`. */
export interface MessageTracing {
  /** Called by `room.emit`, before the message waits or goes. Must not throw. */
  onEmit(message: { readonly room: string; readonly event: string; readonly id: string }): MessageSpan
}

/** The span of one message. */
export interface MessageSpan {
  /** As in W3C Trace Context. It goes with the message, in each try; the server's handler continues the trace. */
  readonly traceparent: string | undefined
  /** The message is confirmed, or has failed with `error`. Called once. */
  end(error?: Error): void
}
