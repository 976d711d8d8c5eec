import { onTestFinished } from 'vitest'

/** The timers that the client's own code has running, each by the function that started it. Other code's timers do not count. */
export function trackTimers(): () => string[] {
  const active = new Map<unknown, string>()
  const restore = [
    ...(['setTimeout', 'setInterval'] as const).map((name) =>
      replace(name, (original) => (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): unknown => {
        const timer: unknown = original(
          (...given: unknown[]) => {
            if (name === 'setTimeout') active.delete(timer)
            run(...given)
          },
          ms,
          ...args,
        )
        const caller = new Error().stack?.split('\n')[2] ?? ''
        if (caller.includes('/packages/client/src/')) active.set(timer, caller.trim())
        return timer
      }),
    ),
    ...(['clearTimeout', 'clearInterval'] as const).map((name) =>
      replace(name, (original) => (timer: unknown): void => {
        active.delete(timer)
        original(timer)
      }),
    ),
  ]
  onTestFinished(() => restore.forEach((undo) => undo()))
  return () => [...active.values()]
}

type TimerFunction = (...args: never[]) => unknown

function replace(name: keyof typeof globalThis, wrap: (original: (...args: unknown[]) => unknown) => TimerFunction) {
  const globals = globalThis as unknown as Record<string, TimerFunction>
  const original = globals[name]!
  globals[name] = wrap(original.bind(globalThis) as never)
  return () => void (globals[name] = original)
}
