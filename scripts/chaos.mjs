import { fileURLToPath } from 'node:url'
import { endOnSignal, run } from './processes.mjs'

// pnpm chaos [--seconds 120] [--seed N]: clients and a server under faults of all kinds, for as long as you like.

const main = fileURLToPath(new URL('../packages/client/test/roomful/chaos/main.ts', import.meta.url))
const node = ['--import', 'tsx', '--conditions=@roomful/source', main, ...process.argv.slice(2)]

endOnSignal(130)
// tsx, which runs the sources as they are, is installed there.
const exit = await run(process.execPath, node, { cwd: 'apps/server' })
process.exitCode = exit === 0 ? 0 : 1
