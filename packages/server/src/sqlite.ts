export { sqliteLog } from './log/sqlite/sqlite-log.ts'
export type { SqliteLogOptions } from './log/sqlite/sqlite-log.ts'
