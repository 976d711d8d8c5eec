import { fileURLToPath } from 'node:url'
import { endOnSignal, run } from './processes.mjs'

// pnpm chaos [--seconds 120] [--seed N]: runs clients and a server under random faults for this many seconds.

const main = fileURLToPath(new URL('../packages/client/test/roomful/chaos/main.ts', import.meta.url))
const node = ['--import', 'tsx', '--conditions=@roomful/source', main, ...process.argv.slice(2)]

endOnSignal(130)
// tsx, which runs TypeScript sources, is installed in apps/server.
const exit = await run(process.execPath, node, { cwd: 'apps/server' })
process.exitCode = exit === 0 ? 0 : 1
