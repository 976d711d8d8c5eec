import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from './pnpm.mjs'
import { root, run } from './processes.mjs'

/**
 * Packs packages as for publishing; `tsc -b tsconfig.build.json` has to be run before.
 * @param {string} name The folder in `.cache` for the tarballs.
 * @param {readonly string[]} [packages] Such as `client`; all by default.
 * @returns {Promise<string[]>} The paths of the tarballs.
 */
export async function packPackages(name, packages = ['*']) {
  const folder = join(root, '.cache', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const filters = packages.flatMap((path) => ['--filter', `./packages/${path}`])
  const exit = await pnpm(...filters, 'pack', '--pack-destination', folder)
  const files = readdirSync(folder).map((file) => join(folder, file))
  if (exit !== 0 || files.length === 0)
    throw new Error(`pnpm pack ended with ${exit} and left ${files.length} tarballs`)
  return files
}

/**
 * Builds the packages, and packs them.
 * @param {string} name
 * @param {readonly string[]} [packages]
 */
export async function buildAndPack(name, packages) {
  const exit = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'tsconfig.build.json'])
  if (exit !== 0) throw new Error(`tsc ended with ${exit}`)
  return packPackages(name, packages)
}
