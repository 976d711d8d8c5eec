import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSigningKey } from '../src/signing-key.ts'
import { temporaryFolder } from './support.ts'

it('creates a key of 32 bytes that only its owner can read, and its folder', async () => {
  const folder = join(await temporaryFolder(), 'deep', 'data')
  expect(await loadSigningKey(folder)).toHaveLength(32)
  const { mode } = await stat(join(folder, 'session.key'))
  expect(mode & 0o777).toBe(0o600)
})

it('a later start loads the same key', async () => {
  const folder = await temporaryFolder()
  expect(await loadSigningKey(folder)).toEqual(await loadSigningKey(folder))
})

it('servers that start together get the same key, and leave no temporary files', async () => {
  const folder = await temporaryFolder()
  const keys = await Promise.all(Array.from({ length: 20 }, () => loadSigningKey(folder)))
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
  expect(await readdir(folder)).toEqual(['session.key'])
})

it.each([0, 31, 33])('refuses a key of %i bytes and does not change the file', async (size) => {
  const folder = await temporaryFolder()
  const file = join(folder, 'session.key')
  await writeFile(file, Buffer.alloc(size))
  await expect(loadSigningKey(folder)).rejects.toThrow(
    `the signing key ${file} cannot be used: it has ${size} bytes, expected 32`,
  )
  expect((await stat(file)).size).toBe(size)
})

it('names the file that it could not create', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'file')
  await writeFile(file, 'not a folder')
  await expect(loadSigningKey(file)).rejects.toThrow(`the signing key ${join(file, 'session.key')} cannot be used`)
})
