import childProcess, { ChildProcess } from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { Server } from 'node:net'
import { afterAll, vi } from 'vitest'

// Unit test files run one after another in the same threads, without Vitest's isolation. Each file gets its own instances
// of the repository's modules; what it replaced with `vi` is restored after it. Installed packages are shared.
vi.resetModules()
afterAll(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})

const refuse = (action: string) => (): never => {
  throw new Error(
    `A unit test must not ${action}. The imports of a test decide its part (scripts/test-parts.mjs): ` +
      'a test that imports the module in question, directly or through its support files, is an integration test.',
  )
}

Server.prototype.listen = refuse('listen on a port')
const startProcess = refuse('start a process')
Object.assign(ChildProcess.prototype, { spawn: startProcess }) // spawn, fork, exec, execFile
Object.assign(childProcess, { spawnSync: startProcess, execSync: startProcess, execFileSync: startProcess })
syncBuiltinESMExports()
