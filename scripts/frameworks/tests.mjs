import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../processes.mjs'
import { versionsIn } from './install.mjs'

/** A runner that does not exit by itself is stopped after this time, and its fixture fails. */
const LIMIT_MS = 2 * 60_000
const SOURCES = ['contract.ts', 'chat.tsx', 'chat.test.tsx', 'chat.dom.test.tsx']
/** Each file, and the words of the page before its JSON. */
const CONFIGURATIONS = {
  'jest.config.json': '`jest.config.json`:',
  'babel.config.json': '`babel.config.json`:',
  'jest.swc.json': '**With `@swc/jest`**',
  'jest.ts.json': '**With `ts-jest`**',
  'jest.modules.json': '**Without a compiler**',
}

/**
 * Runs the tests of docs/testing.md with the fixture's runner. A file of the fixture replaces the page's file of that name.
 * @param {import('./install.mjs').Fixture} fixture
 * @param {string} folder
 * @returns {Promise<import('../frameworks.mjs').Row[]>}
 */
export async function runTests({ name }, folder) {
  const page = readFileSync(join(root, 'docs/testing.md'), 'utf8')
  for (const [file, text] of codeOf(page)) if (!existsSync(join(folder, file))) writeFileSync(join(folder, file), text)
  const exit = await run('npm', ['test'], { cwd: folder, limitMs: LIMIT_MS, shell: process.platform === 'win32' })
  return [{ name, versions: versionsIn(folder), ...(exit !== 0 && { note: `npm test ended with ${exit}` }) }]
}

/**
 * The app, its test in Vitest's jsdom, and the section about Jest. A block's first line names its file.
 * @param {string} page
 * @returns {Map<string, string>}
 */
function codeOf(page) {
  const blocks = [...page.matchAll(/^```tsx?\n\/\/ (\S+)\n([^]*?)^```$/gm)]
  const code = blocks.map(([, file = '', text = '']) => /** @type {const} */ ([file, text]))
  const configurations = Object.entries(CONFIGURATIONS).map(([file, before]) => {
    const [, text] = page.slice(page.indexOf(before)).match(/^```json\n([^]*?)^```$/m) ?? []
    if (!page.includes(before) || !text) throw new Error(`docs/testing.md has no JSON after "${before}"`)
    return /** @type {const} */ ([file, text])
  })
  return new Map([...code.filter(([file]) => SOURCES.includes(file)), ...configurations])
}
