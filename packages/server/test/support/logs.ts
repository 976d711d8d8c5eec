import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { memoryLog, type RoomLog } from '../../src/index.ts'
import { sqliteLog } from '../../src/sqlite.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Each kind of log, made empty and closed with the test. */
export const logs: [name: string, create: () => RoomLog][] = [
  ['memory', () => memoryLog()],
  ['sqlite', emptySqliteLog],
]

function emptySqliteLog(): RoomLog {
  const log = sqliteLog({ file: join(temporaryFolder(), 'rooms.db') })
  onTestFinished(() => log.close?.())
  return log
}
