import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { floors } from '../src/installed-versions.ts'

const root = join(import.meta.dirname, '../../..')
const numbers = (version: string): number[] => version.split('.').map(Number)
const isBelow = (one: string, other: string): boolean => {
  const [left, right] = [numbers(one), numbers(other)]
  const index = left.findIndex((number, at) => number !== right[at])
  return index !== -1 && left[index]! < right[index]!
}

test('SEC32 every version in the lockfile of a package that reads what clients send is at or above its floor', () => {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
  for (const [name, { version: floor }] of Object.entries(floors)) {
    const locked = [...lockfile.matchAll(/^ {2}'?([\w.-]+)@(\d+\.\d+\.\d+)'?:$/gm)]
      .filter(([, found]) => found === name)
      .map(([, , version = '']) => version)
    expect(locked, `versions of ${name}`).not.toEqual([])
    expect(
      locked.filter((version) => isBelow(version, floor)),
      `${name} below ${floor}`,
    ).toEqual([])
  }
})

test('SEC32 the peer ranges of @roomful/server begin at the floors or above', () => {
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(root, 'packages/server/package.json'), 'utf8'),
  ) as { peerDependencies: Record<string, string>; peerDependenciesMeta: Record<string, { optional?: boolean }> }
  for (const [name, { version: floor }] of Object.entries(floors)) {
    const [, first = ''] = /^\^(\d+\.\d+\.\d+)$/.exec(peerDependencies[name] ?? '') ?? []
    expect(first, `the peer range of ${name}`).not.toBe('')
    expect(isBelow(first, floor), `${name} ${first} is below ${floor}`).toBe(false)
    expect(peerDependenciesMeta[name]?.optional ?? false, `whether ${name} is optional`).toBe(name !== 'socket.io')
  }
})
