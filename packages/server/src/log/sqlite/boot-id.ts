import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

/** Identifies this boot of the machine: after another boot the last writes may be lost (S10). */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Not Linux: the start time, to ten seconds. A changed clock looks like another boot, which is safe.
    return `started ${Math.round((Date.now() / 1_000 - uptime()) / 10)}`
  }
}
