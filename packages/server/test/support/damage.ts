import { closeSync, openSync, writeSync } from 'node:fs'

/** Overwrites a part of a file, as a failing disk may. */
export function damage(file: string, start: number, length: number, byte = 0xff): void {
  const open = openSync(file, 'r+')
  writeSync(open, Buffer.alloc(length, byte), 0, length, start)
  closeSync(open)
}
