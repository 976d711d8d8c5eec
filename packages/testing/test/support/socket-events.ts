/** Resolves with the arguments of the next event. */
export function nextEvent(emitter: object, event: string): Promise<unknown[]> {
  const { once } = emitter as { once(event: string, listener: (...args: unknown[]) => void): void }
  return new Promise((resolve) => once.call(emitter, event, (...args) => resolve(args)))
}

/** Collects the first argument of every event from now on. */
export function collectEvents(
  emitter: { on(event: string, listener: (data: unknown) => void): unknown },
  event: string,
): unknown[] {
  const received: unknown[] = []
  emitter.on(event, (data) => received.push(data))
  return received
}
