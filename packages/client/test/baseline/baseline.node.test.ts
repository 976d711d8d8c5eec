import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type Rolldown } from 'vite'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { startLobby } from '../roomful/presence/support/start-lobby.ts'
import { ENGINES, type Engine, removeMissing } from '../support/baseline.ts'
import { plainResults, roomfulResults, startPlainServer } from './baseline-expected.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** Where tsx is installed. */
const cwd = pathOf('../../../../apps/server')
let code: string

// The code as a browser gets it, with the browser build of socket.io-client.
beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@roomful/source', 'module', 'browser', 'development'] },
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      lib: { entry: pathOf('baseline-runs.ts'), formats: ['iife'], name: 'baseline', fileName: 'baseline' },
    },
  })
  code = (built as Rolldown.RolldownOutput[])[0]!.output[0].code
})

interface Results {
  readonly plain: object
  readonly roomful: object
  /** How errors of the app's listeners were reported. */
  readonly reports: readonly string[]
}

/** Runs a client where the engine's missing APIs are missing. The servers stay in this process. */
async function runIn(engine: Engine): Promise<Results> {
  const [plain, lobby] = await Promise.all([startPlainServer(), startLobby()])
  const settings = JSON.stringify({ engine, plain: plain.url, roomful: lobby.server.url })
  const args = ['--import', 'tsx', pathOf('baseline-main.ts'), settings]
  const running = promisify(execFile)(process.execPath, args, { cwd, timeout: 25_000 })
  running.child.stdin?.end(code)
  // Not the error itself: Vitest would look for a source map in the path of Node, which its message names.
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error)
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Results
}

test.each(ENGINES)('the client works in %s, and its process ends after close()', async (engine) => {
  const { plain, roomful, reports } = await runIn(engine)
  expect(plain).toEqual(plainResults)
  expect(roomful).toEqual({
    ...roomfulResults,
    ...(engine === 'Hermes' && { refusal: 'UNSUPPORTED' }), // before the polyfill for crypto
  })
  expect(reports).toEqual([engine === 'Hermes' ? 'roomful: a listener of message of general failed:' : 'reportError'])
})

test('APIs are removed, inherited ones hidden, and put back', () => {
  const present = () => [
    typeof URL,
    typeof structuredClone,
    'reason' in AbortSignal.prototype,
    'throwIfAborted' in AbortSignal.prototype,
    'size' in URLSearchParams.prototype,
  ]
  const before = present()
  const restore = removeMissing('Hermes', { kept: ['structuredClone'] })
  onTestFinished(restore)
  expect(typeof URL).toBe('undefined')
  expect('reason' in AbortSignal.prototype).toBe(false)
  expect(typeof structuredClone).toBe('function')
  restore()
  expect(present()).toEqual(before)
})
