import { onTestFinished, vi } from 'vitest'

/** The longest wait that a client is told after a failed handler, in milliseconds. */
const LONGEST_WAIT_MS = 4_000

/** Stops the clock until the end of the test; each call of the function passes the wait before the next attempt. */
export function passedWaits(): () => void {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  return () => void vi.advanceTimersByTime(LONGEST_WAIT_MS)
}
