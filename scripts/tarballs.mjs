import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from './pnpm.mjs'
import { root } from './processes.mjs'

/**
 * Packs every package as for publishing; `tsc -b tsconfig.build.json` has to be run before.
 * @param {string} name The folder in `.cache` for the tarballs.
 * @returns {Promise<string[]>} The paths of the tarballs.
 */
export async function packPackages(name) {
  const folder = join(root, '.cache', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const exit = await pnpm('--filter', './packages/*', 'pack', '--pack-destination', folder)
  const files = readdirSync(folder).map((file) => join(folder, file))
  if (exit !== 0 || files.length === 0)
    throw new Error(`pnpm pack ended with ${exit} and left ${files.length} tarballs`)
  return files
}
