import { availableParallelism } from 'node:os'
import { run } from '../processes.mjs'
import { versionsIn } from './install.mjs'

const LIMIT_MS = 5 * 60_000

/**
 * Checks the project with each installed TypeScript, one a process.
 * @param {import('./install.mjs').Fixture} fixture
 * @param {string} folder
 * @returns {Promise<import('../frameworks.mjs').Row[]>}
 */
export async function runTypes({ name }, folder) {
  const versions = versionsIn(folder)
  const compilers = Object.keys(versions).filter((each) => each.startsWith('typescript-'))
  /** @type {import('../frameworks.mjs').Row[]} */
  const rows = []
  const queue = [...compilers]
  const work = async () => {
    for (let compiler = queue.shift(); compiler; compiler = queue.shift()) {
      /** @type {string[]} */
      const messages = []
      const exit = await run(process.execPath, ['check.mjs', compiler], {
        cwd: folder,
        limitMs: LIMIT_MS,
        onMessage: (message) => messages.push(String(message)),
      })
      const used = Object.entries(versions).filter(([each]) => !each.startsWith('typescript-'))
      const note = exit === 0 ? undefined : (messages[0] ?? `the compiler ended with ${exit}`)
      rows.push({
        name: `${name} ${compiler.slice('typescript-'.length)}`,
        versions: { typescript: versions[compiler] ?? '', ...Object.fromEntries(used) },
        ...(note !== undefined && { note }),
      })
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return rows
}
