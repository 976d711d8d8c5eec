import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const ROWS = 33
const IDS = Array.from({ length: ROWS }, (_, index) => `SEC${index + 1}`)
const SKIPPED = new Set(['node_modules', 'dist', '.cache'])

/** The rows of the tables of docs/security.md, by id: the files that they name, relative to the root. */
function rowsOfPage(): Map<string, string[]>[] {
  const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
  return [...page.matchAll(/^\| (SEC\d+) +\|(.*)\|$/gm)].map(([, id = '', cells = '']) => {
    const shownBy = cells.split(' | ').at(-1) ?? ''
    return new Map([[id, [...shownBy.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = '']) => file)]])
  })
}

/** The ids with which titles in this file begin. A title may have ids of other rules before or after. */
function idsIn(file: string): Set<string> {
  const titles = readFileSync(join(root, file), 'utf8').matchAll(/['"`]((?:[A-Z]{1,3}\d+ )+)/g)
  return new Set([...titles].flatMap(([, ids = '']) => ids.split(' ').filter((id) => id.startsWith('SEC'))))
}

function testFilesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFilesIn(path)
    return /\.(test|e2e)\.tsx?$|-suite\.ts$/.test(entry.name) ? [path] : []
  })
}

test('docs/security.md has one row for each of SEC1 to SEC33', () => {
  const found = rowsOfPage().flatMap((row) => [...row.keys()])
  expect(found.toSorted((one, other) => IDS.indexOf(one) - IDS.indexOf(other))).toEqual(IDS)
})

test.each(rowsOfPage().flatMap((row) => [...row]))(
  'each test that the row %s names has that id in a title',
  (id, files) => {
    expect(files).not.toEqual([])
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
    for (const file of files) expect([file, [...idsIn(file)]]).toEqual([file, expect.arrayContaining([id])])
  },
)

test('each test with such an id is named in its row', () => {
  const named = new Map(rowsOfPage().flatMap((row) => [...row]))
  const missing = ['packages', 'apps', 'e2e', 'scripts', 'examples']
    .flatMap(testFilesIn)
    .flatMap((file) => [...idsIn(file)].map((id) => [id, file] as const))
    .filter(([id, file]) => !named.get(id)?.includes(file))
    .map(([id, file]) => `${id}: ${file}`)
  expect(missing).toEqual([])
})
