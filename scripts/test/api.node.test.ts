import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const script = fileURLToPath(new URL('../api.mjs', import.meta.url))

/** A folder with one built package, in which `check:api` can run. */
function startPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-api-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const exportEntries = (...entries: string[]): void =>
    write(
      'packages/sum/package.json',
      JSON.stringify({
        name: '@test/sum',
        version: '0.0.0',
        type: 'module',
        exports: {
          ...Object.fromEntries(entries.map((name) => [name, { types: `./dist/${name.slice(2) || 'index'}.d.ts` }])),
          './package.json': './package.json',
        },
      }),
    )
  exportEntries('.', './more')
  write(
    'packages/sum/dist/index.d.ts',
    "import type { Term } from './term.js'\nexport declare function sum(a: Term): Term;\n",
  )
  write('packages/sum/dist/term.d.ts', 'export type Term = number;\n')
  write('packages/sum/dist/more.d.ts', 'export declare const zero: 0;\n')
  const check = (...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' })
    return { status, output: stdout + stderr }
  }
  const report = (name: string): string => readFileSync(join(folder, `api/${name}.api.md`), 'utf8')
  return { folder, write, exportEntries, check, report, reports: () => readdirSync(join(folder, 'api')).sort() }
}

test('check:api writes a report for each entry, with the types that the exports use, and then passes', () => {
  const { folder, check, report, reports } = startPackage()
  expect(check()).toMatchObject({ status: 1, output: expect.stringContaining('pnpm check:api --update') as string })
  expect(check('--update').status).toBe(0)
  expect(reports()).toEqual(['sum-more.api.md', 'sum.api.md'])
  expect(report('sum')).toContain('export function sum(a: Term): Term;')
  expect(report('sum')).toContain('type Term = number;')
  expect(report('sum')).not.toContain(folder)
  expect(check()).toMatchObject({ status: 0, output: expect.stringContaining('2 reports') as string })
})

test('check:api fails on a changed type, shows the difference, and names a report whose entry is gone', () => {
  const { write, exportEntries, check, report, reports } = startPackage()
  check('--update')
  write('packages/sum/dist/term.d.ts', 'export type Term = bigint;\n')
  exportEntries('.')
  const { status, output } = check()
  expect(status).toBe(1)
  expect(output).toContain('-type Term = number;')
  expect(output).toContain('+type Term = bigint;')
  expect(output).toContain('api/sum.api.md: does not match the built package')
  expect(output).toContain('api/sum-more.api.md: no package has this entry')
  expect(report('sum')).toContain('type Term = number;')

  expect(check('--update').status).toBe(0)
  expect(report('sum')).toContain('type Term = bigint;')
  expect(reports()).toEqual(['sum.api.md'])
})
