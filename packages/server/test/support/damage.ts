import { closeSync, openSync, statSync, writeSync } from 'node:fs'

/** Overwrites all of a database but its first pages, which say which tables it has. */
export function damage(file: string): void {
  const { size } = statSync(file)
  const open = openSync(file, 'r+')
  const start = 4_096 * 8
  writeSync(open, Buffer.alloc(size - start, 0xff), 0, size - start, start)
  closeSync(open)
}
