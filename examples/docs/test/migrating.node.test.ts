import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// docs/migrating.md shows the first file of each migration, and then how each step differs from the one before it. The
// files of all steps are in the folder migrating beside this one; migrating.dom.test.tsx runs them.

const folder = join(import.meta.dirname, 'migrating')
const contentOf = (file: string) => readFileSync(join(folder, file), 'utf8')
const page = readFileSync(join(import.meta.dirname, '../../../docs/migrating.md'), 'utf8')

const diffs = Array.from(
  page.matchAll(/^```diff\n--- (\S+)\n\+\+\+ (\S+)\n([^]*?)^```$/gm),
  ([, from = '', to = '', diff = '']) => ({ from, to, diff }),
)
const whole = Array.from(page.matchAll(/^```tsx?\n\/\/ (\S+)\n([^]*?)^```$/gm), ([, file = '', code = '']) => ({
  file,
  code,
}))

test.each(whole)('$file of docs/migrating.md is the file of its step', ({ file, code }) => {
  expect(code).toBe(contentOf(file))
})

test.each(diffs)('the diff of docs/migrating.md makes $to from $from', ({ from, to, diff }) => {
  expect(patched(contentOf(from), diff)).toBe(contentOf(to))
})

test('docs/migrating.md shows each file of each step, whole or as a diff, and begins each migration with a whole file', () => {
  const shown = [...whole.map(({ file }) => file), ...diffs.map(({ to }) => to)]
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  expect([...new Set(shown), 'all/6-server/contract.ts'].toSorted()).toEqual(files.toSorted())
  expect(contentOf('all/6-server/contract.ts')).toBe(contentOf('all/5-contract/contract.ts'))
  for (const { from } of diffs) expect(shown).toContain(from)
})

/** Applies a diff without line numbers: the lines of each hunk have to be in the text once, after the hunk before. */
function patched(text: string, diff: string): string {
  let done = ''
  let rest = text
  for (const hunk of diff.split(/^@@\n/m).slice(1)) {
    const lines = hunk.split('\n').slice(0, -1)
    const sideOf = (sign: '-' | '+') =>
      lines
        .filter((line) => line === '' || line.startsWith(' ') || line.startsWith(sign))
        .map((line) => `${line.slice(1)}\n`)
        .join('')
    const [before, ...after] = rest.split(sideOf('-'))
    if (after.length !== 1) throw new Error(`expected these lines once, found them ${after.length} times:\n${hunk}`)
    done += `${before}${sideOf('+')}`
    rest = after.join('')
  }
  return done + rest
}
