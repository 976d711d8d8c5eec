import { RoomfulError } from '@roomful/contract'

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'it is in use by another process: one at a time may have it',
  SQLITE_CANTOPEN: 'it cannot be opened: is it a folder, or not allowed?',
  SQLITE_CORRUPT: 'it is damaged: put a backup in its place, and call rooms.newEpoch()',
  SQLITE_FULL: 'the disk is full',
  SQLITE_NOTADB: 'it is not a SQLite database',
  SQLITE_PERM: 'it may not be used',
  SQLITE_READONLY: 'it may not be written',
}

/** As SQLite itself says it. */
export function damaged(what: string): Error {
  return Object.assign(new Error(what), { code: 'SQLITE_CORRUPT' })
}

export function isDamage(error: unknown): boolean {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code?.startsWith('SQLITE_CORRUPT') ?? false)
}

/** What is wrong with a log's file, in a sentence; what is a RoomfulError stays one. */
export function logFailure(file: string, error: unknown): RoomfulError {
  if (error instanceof RoomfulError) return error
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  return new RoomfulError('LOG_FAILED', `the log ${file} cannot be used: ${reasonOf(code ?? '', message)}`, {
    cause: error,
  })
}

/** Some codes are told more exactly: `SQLITE_IOERR_WRITE`, `SQLITE_READONLY_DIRECTORY`. */
function reasonOf(code: string, message: string): string {
  const known = Object.keys(REASONS).find((prefix) => code.startsWith(prefix))
  if (known !== undefined) return REASONS[known] ?? message
  // A file that does not open comes without a code.
  return message.startsWith('ConnectionFailed') ? (REASONS['SQLITE_CANTOPEN'] ?? message) : message
}
