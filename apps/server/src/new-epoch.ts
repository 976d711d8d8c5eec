import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteLog } from '@roomful/server/sqlite'
import { readEnvironment } from './environment.ts'

// Gives each room a new epoch, after a backup was put back and while the server is stopped. Reads `DATA_DIR` and `DATA_FILE`.
// A log in Redis notices by itself that a backup was put back.

try {
  const { dataDir, dataFile = join(dataDir, 'rooms.db'), redis } = readEnvironment(process.env)
  if (redis) throw new Error('REDIS_URL is set: a log in Redis needs no call after a backup was put back')
  if (!existsSync(dataFile)) throw new Error(`there is no file ${dataFile}: set DATA_DIR or DATA_FILE`)
  const log = sqliteLog({ file: dataFile })
  await log.newEpoch()
  await log.close?.()
  console.log(`each room of ${dataFile} has a new epoch`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
