import { expect, onTestFinished } from 'vitest'

/** Fails the test where anything was thrown that nobody caught, or rejected that nobody handled, until it ends. */
export function expectNothingUncaught(): void {
  const uncaught: unknown[] = []
  const add = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtException', add)
  process.on('unhandledRejection', add)
  onTestFinished(async () => {
    // A rejection is called unhandled once the microtasks are through.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('uncaughtException', add)
    process.off('unhandledRejection', add)
    expect(uncaught).toEqual([])
  })
}
