import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/** Names this run of the machine: another one may have lost what was written last (S10). */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Not Linux: when it started, to ten seconds. A clock that was set looks like another run, which is safe.
    return `started ${Math.round((Date.now() / 1_000 - uptime()) / 10)}`
  }
}
