import { delimiter, join } from 'node:path'
import { record } from './compatibility.mjs'
import { versionsIn } from './frameworks/install.mjs'
import { installFolder } from './installed.mjs'
import { runNightTests } from './night/run.mjs'
import { endOnSignal, root, run } from './processes.mjs'
import { buildAndPack } from './tarballs.mjs'

// pnpm test:react-native: installs examples/react-native with npm, compiles and bundles the app of docs/react-native.md, and
// runs the client and every hook in Hermes. The results are recorded for docs/compatibility.md.

const FOLDER = '.cache/react-native'
const PLATFORMS = { linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' }
const binaries = PLATFORMS[/** @type {keyof typeof PLATFORMS} */ (process.platform)]

process.env.PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter)
endOnSignal(130)
const tarballs = await buildAndPack('react-native-packages', ['contract', 'client', 'react'])
await installFolder('examples/react-native', FOLDER, tarballs, {
  'examples/docs/test/react-native': 'app',
  'packages/client/test/baseline/baseline-runs.ts': 'engine/baseline-runs.ts',
})

const compiler = join(root, FOLDER, 'node_modules/hermes-compiler/hermesc', binaries, 'hermesc')
const compiled = []
for (const name of ['app', 'engine']) {
  const args = ['-w', '-O', '-emit-binary', '-out', `${name}.hbc`, `${name}.bundle.js`]
  compiled.push(await run(compiler, args, { cwd: FOLDER }))
}
process.env.HERMES = join(root, FOLDER, 'node_modules/hermes-engine-cli', binaries, 'hermes')
const { exit } = await runNightTests('packages/react/test/react-native', `${FOLDER}/report.json`)

const versions = versionsIn(join(root, FOLDER))
const isCompiled = compiled.every((code) => code === 0)
record({
  group: 'react-native',
  name: 'The app of the guide, bundled by Metro and compiled by hermesc',
  versions: pick('react-native', '@react-native/metro-config', 'hermes-compiler', 'typescript'),
  ...(isCompiled ? { result: 'passed' } : { result: 'failed', note: 'hermesc refused the bundle.' }),
})
record({
  group: 'react-native',
  name: 'The client and every hook in Hermes',
  versions: { ...pick('react', 'react-test-renderer'), hermes: versions['hermes-engine-cli'] ?? '' },
  result: exit === 0 ? 'passed' : 'failed',
  note:
    exit === 0
      ? 'Without a phone: timers, sockets and requests are given by the test. `Object.hasOwn` and `at`, which later versions of Hermes have, are given too.'
      : 'The test failed.',
})
process.exitCode = isCompiled && exit === 0 ? 0 : 1

/** @param {readonly string[]} names */
function pick(...names) {
  return Object.fromEntries(names.map((name) => [name, versions[name] ?? '']))
}
