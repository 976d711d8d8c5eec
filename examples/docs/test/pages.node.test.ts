import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// Each block of code on a page is a file in a folder beside this one. All of them are compiled, and a test runs
// them; for react-native that is `pnpm test:react-native`.

test.each([
  'auth',
  'devtools',
  'hooks',
  'inbox',
  'limits',
  'messages',
  'moderation',
  'plain-servers',
  'presence-and-typing',
  'react-native',
  'testing',
])('the code of docs/%s.md is the code of its folder', (name) => {
  const text = readFileSync(join(import.meta.dirname, `../../../docs/${name}.md`), 'utf8')
  const page = text.replace(/^## Jest\n[^]*?(?=^## )/m, '') // scripts/frameworks.mjs runs that section with Jest
  const folder = join(import.meta.dirname, name)
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')])
  expect(codeOf(page)).toEqual(Object.fromEntries(files))
})

/** The code by the file's name, which is each block's first line; blocks of one name follow each other. */
function codeOf(page: string): Record<string, string> {
  const code: Record<string, string> = {}
  for (const [, block = ''] of page.matchAll(/^```(?:tsx?|jsx?)\n([^]*?)^```$/gm)) {
    const [, file = 'a block without a name', text = block] = /^\/\/ (\S+)\n([^]*)$/.exec(block) ?? []
    code[file] = file in code ? `${code[file]}\n${text}` : text
  }
  return code
}
