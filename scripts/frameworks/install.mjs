import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { root, run } from '../processes.mjs'

const INSTALL_LIMIT_MS = 5 * 60_000
/** Outside of the repository: a package that a fixture does not install must not be found in the repository's node_modules. */
const work = join(tmpdir(), `roomful-fixtures-${hashOf(root)}`)
const examples = join(root, 'examples/frameworks')

/**
 * @typedef {object} Fixture
 * @property {string} id The name of its folder.
 * @property {'page' | 'types' | 'tests'} kind
 * @property {string} group Of docs/compatibility.json.
 * @property {string} name Its row in docs/compatibility.json.
 * @property {boolean} [daily] It is a part of `npm test`.
 * @property {boolean} [dev] The page is also opened from the development server.
 */

/** @returns {Fixture[]} */
export function fixtures() {
  return readdirSync(examples)
    .filter((id) => existsSync(join(examples, id, 'package.json')))
    .map((id) => ({ id, ...JSON.parse(readFileSync(join(examples, id, 'package.json'), 'utf8')).fixture }))
}

/**
 * Copies the fixture to its work folder and installs it with npm, with the packed packages in place of `@roomful/*`.
 * An earlier install is kept where it is the same.
 * @param {Fixture} fixture
 * @param {readonly string[]} tarballs
 * @returns {Promise<string>} The work folder.
 */
export async function install({ id, kind }, tarballs) {
  const folder = join(work, id)
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (file !== 'node_modules') rmSync(join(folder, file), { recursive: true })
  const shared = join(examples, 'shared', kind)
  if (existsSync(shared)) cpSync(shared, folder, { recursive: true })
  cpSync(join(examples, id), folder, { recursive: true })
  const manifest = withTarballs(readFileSync(join(folder, 'package.json'), 'utf8'), tarballs)
  writeFileSync(join(folder, 'package.json'), manifest)
  const installed = join(folder, 'node_modules/.installed.json')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === manifest) return folder
  const cache = join(root, '.cache/npm')
  const args = [
    'install',
    '--strict-peer-deps',
    '--no-package-lock',
    '--ignore-scripts',
    '--prefer-offline',
    '--cache',
    cache,
  ]
  const exit = await run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    limitMs: INSTALL_LIMIT_MS,
    shell: process.platform === 'win32',
  })
  if (exit !== 0) throw new Error(`npm install ended with ${exit}`)
  writeFileSync(installed, manifest)
  return folder
}

/**
 * npm keeps an installed tarball while its path is the same. So the path contains a hash of the content.
 * @param {string} manifest
 * @param {readonly string[]} tarballs
 */
function withTarballs(manifest, tarballs) {
  const packages = join(work, 'packages')
  mkdirSync(packages, { recursive: true })
  return tarballs.reduce((text, tarball) => {
    const content = readFileSync(tarball)
    const file = join(packages, `${hashOf(content)}-${basename(tarball)}`)
    writeFileSync(file, content)
    const name = basename(tarball).replace(/^roomful-(.+)-\d+\.\d+\.\d+.*\.tgz$/, '@roomful/$1')
    return text.replace(`"${name}": "*"`, `"${name}": ${JSON.stringify(`file:${file}`)}`)
  }, manifest)
}

/**
 * The versions that are installed, without our packages.
 * @param {string} folder
 * @returns {Record<string, string>}
 */
export function versionsIn(folder) {
  const { dependencies, devDependencies } = manifestOf(folder)
  const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@roomful/'))
  return Object.fromEntries([
    ...names.sort().map((name) => [name, manifestOf(join(folder, 'node_modules', name)).version]),
    ['node', process.versions.node],
  ])
}

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** @param {string | Buffer} content */
function hashOf(content) {
  return createHash('sha256').update(content).digest('hex').slice(0, 12)
}
