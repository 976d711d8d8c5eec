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

/** What is thrown that nobody catches, from now on until the test ends; it fails no test. */
export function catchUncaught(): unknown[] {
  const thrown: unknown[] = []
  const add = (error: unknown): void => void thrown.push(error)
  const others = process.listeners('uncaughtException')
  others.forEach((other) => process.off('uncaughtException', other))
  process.on('uncaughtException', add)
  onTestFinished(() => {
    process.off('uncaughtException', add)
    others.forEach((other) => process.on('uncaughtException', other))
  })
  return thrown
}
