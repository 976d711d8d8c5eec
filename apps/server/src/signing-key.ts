import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const KEY_BYTES = 32

/**
 * Loads the key that signs sessions from `session.key` in the data directory, so that sessions stay valid after a restart.
 * The first start creates the file. Servers that start at the same time use the same key. Nodes without a common folder get the
 * key from the environment (`SESSION_KEY`) instead.
 *
 * @throws Error if the file cannot be read or created, or is not a key.
 */
export async function loadSigningKey(dataDir: string): Promise<Uint8Array> {
  const file = join(dataDir, 'session.key')
  try {
    const key = (await readIfPresent(file)) ?? (await createKey(dataDir, file))
    if (key.length === KEY_BYTES) return key
    throw new Error(
      `it has ${key.length} bytes, expected ${KEY_BYTES}; restore the file, or delete it (all users must then sign in again)`,
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

/** Creates the file atomically: if several servers start at once, one of them creates it and all read it. */
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
