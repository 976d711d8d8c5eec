import type Database from 'libsql'

type File = Database.Database

/** "Room", in the file's header: marks the file as a log of this package. */
const APPLICATION_ID = 0x52_6f_6f_6d
const VERSION = 1

// `name` and `owner` are JSON strings, since SQLite's text ends at a NUL and merges all lone surrogates.
const TABLES = `
  CREATE TABLE meta (seed TEXT NOT NULL, boot TEXT NOT NULL, sync TEXT NOT NULL, clean INTEGER NOT NULL,
    senders INTEGER NOT NULL) STRICT;
  CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL) STRICT;
  CREATE TABLE entries (room INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (room, seq)) STRICT, WITHOUT ROWID;
  CREATE TABLE senders (owner TEXT NOT NULL, cid TEXT NOT NULL, room INTEGER NOT NULL, used_at INTEGER NOT NULL,
    last INTEGER NOT NULL, results TEXT NOT NULL, PRIMARY KEY (owner, cid, room)) STRICT, WITHOUT ROWID;
  CREATE INDEX senders_by_age ON senders (used_at);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`

// Added since: files of this version may be without it. `room` and `user` are JSON strings.
const ADDED_TABLES = `
  CREATE TABLE IF NOT EXISTS bans (room TEXT NOT NULL, user TEXT NOT NULL, until INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (room, user)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS bans_by_end ON bans (until);
`

/** Makes the tables in an empty file, and those that an older file does not have. @throws Error for a file of another program or version. */
export function ensureSchema(file: File): void {
  ensureTables(file)
  file.exec(ADDED_TABLES)
}

function ensureTables(file: File): void {
  const owner = numberOf(file, 'application_id')
  const version = numberOf(file, 'user_version')
  if (owner === APPLICATION_ID && version === VERSION) return
  if (owner === APPLICATION_ID) throw unusable(`has version ${version} of the schema, expected ${VERSION}`)
  const { tables } = file.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  if (owner !== 0 || version !== 0 || tables > 0) throw unusable("is another program's database")
  file.exec(TABLES)
}

function numberOf(file: File, pragma: 'application_id' | 'user_version'): number {
  const [row] = file.pragma(pragma) as [Record<string, number>]
  return row[pragma] ?? 0
}

function unusable(what: string): Error {
  return new Error(`it ${what}: choose another file`)
}
