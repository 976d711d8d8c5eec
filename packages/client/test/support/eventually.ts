import { vi } from 'vitest'

/** Waits until the check passes; as long as a slow and busy machine may need, since a test that passes does not wait. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 })
}
