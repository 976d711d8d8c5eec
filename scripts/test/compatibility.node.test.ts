import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { merge, pageOf, record } from '../compatibility.mjs'

const docs = (file: string) => readFileSync(join(import.meta.dirname, '../../docs', file), 'utf8')
const passed = { date: '2026-11-29', result: 'passed' as const, versions: { vite: '8.3.8', react: '19.3.1' } }

test('docs/compatibility.md is the page of docs/compatibility.json', () => {
  expect(docs('compatibility.md')).toBe(pageOf(JSON.parse(docs('compatibility.json'))))
})

test('a later run replaces the earlier result of the same name, and rows are sorted by name', () => {
  const later = { ...passed, date: '2026-12-01' }
  const earlier = { bundlers: { 'Vite 10': passed, 'Vite 8': passed } }
  const runs = [
    { group: 'bundlers', name: 'Vite 8', ...later },
    { group: 'bundlers', name: 'rspack', ...passed },
  ]
  expect(Object.entries(merge(earlier, runs).bundlers ?? {})).toEqual([
    ['rspack', passed],
    ['Vite 8', later],
    ['Vite 10', passed],
  ])
})

test('a row has the versions, the day and the reason of a failure', () => {
  const failed = { ...passed, result: 'failed' as const, note: 'React |\n  is missing.' }
  const page = pageOf({ bundlers: { 'Vite 8': passed, rspack: failed } })
  expect(page).toContain('| Vite 8 | passed | 2026-11-29 | vite 8.3.8, react 19.3.1 |')
  expect(page).toMatch(/\| rspack +\| failed \| 2026-11-29 \| vite 8.3.8, react 19.3.1 \| React \\\| is missing. \|/)
})

test('a result that the page cannot show is refused', () => {
  const run = { group: 'bundlers', name: 'Vite 8', versions: {}, result: 'passed' as const }
  expect(() => record({ ...run, group: 'editors' })).toThrow('no group "editors"')
  expect(() => record({ ...run, result: 'failed' })).toThrow('a note has to say why')
  expect(() => pageOf({ editors: {} })).toThrow('an unknown group: "editors"')
})
