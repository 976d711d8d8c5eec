import { RoomfulError } from '@roomful/contract'

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'another process uses it: only one process at a time can',
  SQLITE_CANTOPEN: 'it cannot be opened: it may be a folder, or the process may lack the permission',
  SQLITE_CORRUPT: 'it is damaged: restore a backup, and call rooms.newEpoch()',
  SQLITE_FULL: 'the disk is full',
  SQLITE_NOTADB: 'it is not a SQLite database',
  SQLITE_PERM: 'the process lacks the permission to use it',
  SQLITE_READONLY: 'it is read-only',
}

/** An error like SQLite's own for a damaged file. */
export function damaged(what: string): Error {
  return Object.assign(new Error(what), { code: 'SQLITE_CORRUPT' })
}

export function isDamage(error: unknown): boolean {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code?.startsWith('SQLITE_CORRUPT') ?? false)
}

/** A `LOG_FAILED` error that says what is wrong with a log's file; a RoomfulError stays as it is. */
export function logFailure(file: string, error: unknown): RoomfulError {
  if (error instanceof RoomfulError) return error
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  return new RoomfulError('LOG_FAILED', `the log ${file} cannot be used: ${reasonOf(code ?? '', message)}`, {
    cause: error,
  })
}

/** By prefix, since some codes have suffixes: `SQLITE_IOERR_WRITE`, `SQLITE_READONLY_DIRECTORY`. */
function reasonOf(code: string, message: string): string {
  const known = Object.keys(REASONS).find((prefix) => code.startsWith(prefix))
  if (known !== undefined) return REASONS[known] ?? message
  // An error from opening a file has no code.
  return message.startsWith('ConnectionFailed') ? (REASONS['SQLITE_CANTOPEN'] ?? message) : message
}
