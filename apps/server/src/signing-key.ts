import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const KEY_BYTES = 32

/**
 * The key that signs sessions, kept in `session.key` of the data directory, so that a restart turns nobody out.
 * It is made on the first start; servers that start together agree on one.
 *
 * @throws Error when the file cannot be read or made, or is not a key.
 */
export async function loadSigningKey(dataDir: string): Promise<Uint8Array> {
  const file = join(dataDir, 'session.key')
  try {
    const key = (await readIfPresent(file)) ?? (await createKey(dataDir, file))
    if (key.length === KEY_BYTES) return key
    throw new Error(
      `it holds ${key.length} bytes, expected ${KEY_BYTES}; put the right one back, or delete it and have everybody sign in again`,
    )
  } catch (cause) {
    throw new Error(`the signing key ${file} cannot be used: ${(cause as Error).message}`, { cause })
  }
}

async function readIfPresent(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (isErrorWith('ENOENT', error)) return undefined
    throw error
  }
}

/** The key appears under its name at once and whole, and only the first of several wins: then all read that one. */
async function createKey(dataDir: string, file: string): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true })
  const draft = join(dataDir, `session.key.${randomUUID()}`)
  try {
    await writeFile(draft, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx', flush: true })
    await link(draft, file)
  } catch (error) {
    if (!isErrorWith('EEXIST', error)) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(file)
}

function isErrorWith(code: string, error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
