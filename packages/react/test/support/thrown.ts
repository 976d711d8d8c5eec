import { onTestFinished } from 'vitest'

/** What is thrown that nobody catches, from now on until the test ends; it fails no test. */
export function catchThrown(): unknown[] {
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
