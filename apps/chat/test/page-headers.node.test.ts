import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageHeaders } from '../page-headers.ts'

test('SEC25 the container serves the page with the same headers', () => {
  const caddyfile = readFileSync(join(import.meta.dirname, '../../../deploy/Caddyfile'), 'utf8')
  const headers = [...caddyfile.matchAll(/^\t{3}([a-z-]+) "(.*)"$/gm)].map(([, name, value]) => [name, value])
  expect(Object.fromEntries(headers)).toEqual(pageHeaders)
})
