import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const folder = join(import.meta.dirname, '..')

test('every published file with code begins with "use client"', () => {
  const out = mkdtempSync(join(folder, 'node_modules', 'published-'))
  onTestFinished(() => rmSync(out, { recursive: true }))
  const compiler = join(folder, '../../node_modules/typescript/bin/tsc')
  const project = ['-p', folder, '--outDir', out, '--declarationDir', out, '--tsBuildInfoFile', join(out, 'info')]
  execFileSync(process.execPath, [compiler, ...project])
  const files = readdirSync(out).filter((file) => file.endsWith('.js'))
  expect(files).toContain('index.js')
  for (const file of files) {
    const text = readFileSync(join(out, file), 'utf8')
    const isTypesOnly = text.startsWith('export {};')
    expect([file, isTypesOnly || text.startsWith("'use client'")]).toEqual([file, true])
  }
})
