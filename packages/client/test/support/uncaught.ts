import { expect, onTestFinished } from 'vitest'

/** Fails the test if there is an uncaught error or an unhandled rejection before it ends. */
export function expectNothingUncaught(): void {
  const uncaught: unknown[] = []
  const add = (error: unknown): void => void uncaught.push(error)
  process.on('uncaughtException', add)
  process.on('unhandledRejection', add)
  onTestFinished(async () => {
    // A rejection becomes unhandled after all microtasks.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('uncaughtException', add)
    process.off('unhandledRejection', add)
    expect(uncaught).toEqual([])
  })
}

/** Collects the uncaught errors until the test ends. They fail no test. */
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
