import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const readMe = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')

/** The README's code, by the file's name in the first line of its block. */
export const quickStart: ReadonlyMap<string, string> = new Map(
  [...readMe.matchAll(/```tsx?\n\/\/ (\S+)\n([^]*?)```/g)].map(([, file = '', code = '']) => [file, code]),
)
