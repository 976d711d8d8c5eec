import type Database from 'libsql'
import { damaged } from './log-failure.ts'

/**
 * Reads all of a file once: what is damaged in its middle would only show when somebody asks for it, long after more was
 * confirmed into it.
 *
 * @throws Error with the code `SQLITE_CORRUPT`
 */
export function assertWhole(file: Database.Database): void {
  const [found] = file.pragma('integrity_check(1)') as [{ integrity_check: string }]
  if (found.integrity_check !== 'ok') throw damaged(found.integrity_check)
  // SQLite sees to its own pages, not to what stands in them.
  const torn = file.prepare('SELECT seq FROM entries WHERE NOT json_valid(json) LIMIT 1').get()
  if (torn !== undefined) throw damaged(`entry ${(torn as { seq: number }).seq} is not JSON`)
}
