import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const readMe = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')

/** The code blocks of the README, by the file name in their first line. */
export const quickStart: ReadonlyMap<string, string> = new Map(
  [...readMe.matchAll(/```tsx?\n\/\/ (\S+)\n([^]*?)```/g)].map(([, file = '', code = '']) => [file, code]),
)
