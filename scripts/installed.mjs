import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './processes.mjs'

// Folders of examples, installed with npm outside of the workspace, from the packages as they are published.

/**
 * Copies a folder, installs its dependencies and these tarballs, and builds it where it has a build.
 * @param {string} from Relative to the repository, as `to` is.
 * @param {string} to
 * @param {readonly string[]} tarballs
 * @param {Readonly<Record<string, string>>} [more] Files and folders of the repository that are copied too, with their place in the folder.
 */
export async function installFolder(from, to, tarballs, more = {}) {
  rmSync(join(root, to), { recursive: true, force: true })
  cpSync(join(root, from), join(root, to), { recursive: true, filter: (path) => !path.endsWith('node_modules') })
  for (const [path, place] of Object.entries(more)) cpSync(join(root, path), join(root, to, place), { recursive: true })
  const options = { cwd: to, shell }
  const npm = [
    'install',
    '--no-audit',
    '--no-fund',
    '--no-save',
    '--prefer-offline',
    '--loglevel',
    'error',
    ...tarballs,
  ]
  if ((await run('npm', npm, options)) !== 0) throw new Error(`npm install failed in ${to}`)
  if ((await run('npm', ['run', '--silent', 'build', '--if-present'], options)) !== 0)
    throw new Error(`npm run build failed in ${to}`)
}

const shell = process.platform === 'win32'
