import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { integrationTests } from '../test-parts.mjs'

function integrationAmong(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'roomful-parts-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'test', file)), { recursive: true })
    writeFileSync(join(root, 'test', file), text)
  }
  return integrationTests(root, ['test'], /\.test\.ts$/).map((file) => file.replace('test/', ''))
}

test.each([
  "import { createServer } from 'node:http'",
  "import 'node:child_process'",
  "import { type Proxy, startProxy } from '@roomful/testing/proxy'",
  "export * from 'node:net'",
  "const { chromium } = await import('playwright')",
])('a test with `%s` is an integration test', (code) => {
  expect(integrationAmong({ 'a.test.ts': code })).toEqual(['a.test.ts'])
})

test.each([
  "import type { Server } from 'node:http'",
  "import { type Server } from 'node:http'",
  "export type { Server } from 'node:http'",
  "import { join } from 'node:path'",
  "// import 'node:http'",
  'const code = "import \'node:http\'"',
])('a test with `%s` is a unit test', (code) => {
  expect(integrationAmong({ 'a.test.ts': code })).toEqual([])
})

test('the imports of support files count, also where these import each other', () => {
  const files = {
    'deep/a.test.ts': "import '../support/one.ts'",
    'b.test.ts': "import './support/three.ts'",
    'support/one.ts': "import './two.ts'",
    'support/two.ts': "import './one.ts'\nimport 'node:net'",
    'support/three.ts': "import './four.ts'",
    'support/four.ts': "import './three.ts'",
  }
  expect(integrationAmong(files)).toEqual(['deep/a.test.ts'])
})

test('a test that takes long has a name that makes it an integration test', () => {
  expect(
    integrationAmong({ 'leaks.dom.test.ts': '', 'x/model.node.test.ts': '', 'a-model.node.test.ts': '' }).sort(),
  ).toEqual(['leaks.dom.test.ts', 'x/model.node.test.ts'])
})
