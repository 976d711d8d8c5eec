import type Database from 'libsql'

type File = Database.Database

/** "Room", in the file's header: marks the file as a log of this package. */
const APPLICATION_ID = 0x52_6f_6f_6d

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
`

/** What each version of the schema has changed, from the second one on. A new file gets all of them as well. */
const CHANGES: readonly string[] = [
  // Version 2: rows are charged to an address, and those of guests are counted; bans, whose room and user are JSON strings.
  `
    ALTER TABLE senders ADD COLUMN address TEXT;
    CREATE INDEX senders_by_address ON senders (address) WHERE address IS NOT NULL;
    ALTER TABLE meta ADD COLUMN guest_senders INTEGER NOT NULL DEFAULT 0;
    UPDATE meta SET guest_senders = (SELECT count(*) FROM senders WHERE substr(owner, 1, 7) = '"guest ');
    CREATE TABLE bans (room TEXT NOT NULL, user TEXT NOT NULL, until INTEGER NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (room, user)) STRICT, WITHOUT ROWID;
    CREATE INDEX bans_by_end ON bans (until);
  `,
  // Version 3: each entry and each room has a count of unread entries, at first of the messages that are kept; the seeds of
  // earlier epochs, and the head of each room when each of them ended, both newest first. Amendments have the place of their
  // target; only those that count have a slot.
  `
    ALTER TABLE entries ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
    UPDATE entries SET count = counted.count FROM (SELECT room, seq,
        sum(json_extract(json, '$.event') = 'message') OVER (PARTITION BY room ORDER BY seq) AS count FROM entries) AS counted
      WHERE entries.room = counted.room AND entries.seq = counted.seq;
    ALTER TABLE rooms ADD COLUMN count INTEGER NOT NULL DEFAULT 0;
    UPDATE rooms SET count = coalesce((SELECT max(entries.count) FROM entries WHERE room = rooms.id), 0);
    ALTER TABLE rooms ADD COLUMN heads TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE meta ADD COLUMN seeds TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE entries ADD COLUMN target INTEGER;
    ALTER TABLE entries ADD COLUMN slot TEXT;
    CREATE INDEX entries_by_target ON entries (room, target) WHERE target IS NOT NULL;
    CREATE INDEX entries_by_slot ON entries (room, target, slot) WHERE slot IS NOT NULL;
  `,
]
const VERSION = CHANGES.length + 1

/** Makes the tables in an empty file, and brings a file of an earlier version up to date. @throws Error for a file of another program or version. */
export function ensureSchema(file: File): void {
  const owner = numberOf(file, 'application_id')
  const version = numberOf(file, 'user_version')
  const isLog = owner === APPLICATION_ID && version >= 1
  if (isLog && version > VERSION) throw unusable(`has version ${version} of the schema, expected at most ${VERSION}`)
  if (!isLog) makeTables(file, owner, version)
  for (const change of CHANGES.slice(Math.max(version, 1) - 1)) file.exec(change)
  if (version !== VERSION) file.exec(`PRAGMA user_version = ${VERSION}`)
}

function makeTables(file: File, owner: number, version: number): void {
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
