import type Database from 'libsql'
import { damaged } from './log-failure.ts'

/**
 * Reads the whole file once. Without this, damage in its middle would show only when that part is read, long after more
 * messages were confirmed.
 *
 * @throws Error with the code `SQLITE_CORRUPT`
 */
export function assertIntact(file: Database.Database): void {
  const [found] = file.pragma('integrity_check(1)') as [{ integrity_check: string }]
  if (found.integrity_check !== 'ok') throw damaged(found.integrity_check)
  // SQLite checks its own pages, not the JSON in them.
  const torn = file.prepare('SELECT seq FROM entries WHERE NOT json_valid(json) LIMIT 1').get()
  if (torn !== undefined) throw damaged(`entry ${(torn as { seq: number }).seq} is not JSON`)
}
