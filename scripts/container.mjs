import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join, relative } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pnpm } from './pnpm.mjs'
import { endAll, endOnSignal, root, start } from './processes.mjs'

// pnpm check:container: runs the steps of the Dockerfile's build stage in `.cache`, without Docker, and starts the server that
// they leave. So every path that it copies exists, the server needs no package that `pnpm deploy` leaves out, and SIGTERM ends it.

const START_LIMIT_MS = 60_000

endOnSignal(130)
const folder = join(root, '.cache/container')
const [repository, server] = [join(folder, 'repository'), join(folder, 'server')]
rmSync(folder, { recursive: true, force: true })
mkdirSync(repository, { recursive: true })

const stages = readStages(readFileSync(join(root, 'Dockerfile'), 'utf8'))
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean)
try {
  for (const [instruction, text] of stagesNamed('build')) await build(instruction, text)
  for (const [instruction, text] of stagesNamed('web')) if (instruction === 'COPY') checkCopy(text)
  await startServer(stagesNamed('server'))
  console.log('The steps of the Dockerfile work, and its server starts and stops.')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
await endAll()

/**
 * The instructions of each stage: `FROM image AS name`, then lines, of which those that end with `\` go on.
 * @param {string} text
 * @returns {Map<string, [instruction: string, text: string][]>}
 */
function readStages(text) {
  const stages = new Map()
  /** @type {[string, string][]} */
  let current = []
  for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [instruction = ''] = line.split(' ', 1)
    const rest = line.slice(instruction.length + 1)
    if (instruction === 'FROM') stages.set(rest.split(' AS ')[1], (current = []))
    else current.push([instruction, rest])
  }
  return stages
}

/** @param {string} name */
function stagesNamed(name) {
  const stage = stages.get(name)
  if (!stage) throw new Error(`the Dockerfile has no stage ${name}`)
  return stage
}

/**
 * @param {string} instruction
 * @param {string} text
 */
async function build(instruction, text) {
  if (instruction === 'ARG') process.env[text.split('=')[0] ?? ''] = text.split('=').slice(1).join('=')
  if (instruction === 'COPY') checkCopy(text)
  if (instruction !== 'RUN' || !text.startsWith('pnpm ')) return
  console.log(`\n${text}`)
  const args = text
    .split(' ')
    .slice(1)
    .map((arg) => (arg === '/server' ? server : arg))
  const exit = await pnpm('--dir', repository, '--prefer-offline', ...args)
  if (exit !== 0) throw new Error(`"${text}" ended with ${exit}`)
}

/**
 * Checks that the sources of a COPY exist. Those of the repository are copied.
 * @param {string} text
 */
function checkCopy(text) {
  const words = text.split(' ')
  const isFromBuild = words.includes('--from=build')
  const paths = words.filter((word) => !word.startsWith('--'))
  for (const path of paths.slice(0, -1)) {
    const source = isFromBuild
      ? path.replace('/repository', repository).replace(/^\/server$/, server)
      : join(root, path)
    if (!existsSync(source)) throw new Error(`COPY ${text}: there is no ${source}`)
    if (!isFromBuild) cpSync(source, join(repository, path), { recursive: true, filter: isInContext })
  }
}

/** Whether `.dockerignore` lets the path into the image. Its patterns are names, `**` before one, or `*` at its start. */
function isInContext(/** @type {string} */ path) {
  const name = basename(path)
  return !ignored.some((pattern) => {
    const last = pattern.replace('**/', '')
    if (last.startsWith('*')) return name.endsWith(last.slice(1))
    return pattern.startsWith('**/') ? name === last : relative(root, path) === last
  })
}

/**
 * Starts the stage's CMD in the deployed folder, asks it, and ends it as Docker would.
 * @param {[instruction: string, text: string][]} stage
 */
async function startServer(stage) {
  const text = stage.find(([instruction]) => instruction === 'CMD')?.[1] ?? ''
  const [, ...args] = JSON.parse(text)
  const port = await freePort()
  const env = { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: `${port}`, METRICS_PORT: 'off' }
  console.log(`\nnode ${args.join(' ')}`)
  const running = start(process.execPath, args, {
    cwd: relative(root, server),
    env: { ...env, DATA_DIR: join(folder, 'data') },
  })
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/readyz`)
  const session = await fetch(`${url}/session`, { method: 'POST', body: '{ "name": "Ann" }' })
  if (!session.ok) throw new Error(`POST /session answered ${session.status}`)
  running.signal('SIGTERM')
  const exit = await running.ended
  if (exit !== 0) throw new Error(`after SIGTERM the server ended with ${exit}`)
}

/** @returns {Promise<number>} */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (typeof address !== 'object' || !address) throw new Error('no port is free')
  return address.port
}

/** @param {string} url */
async function answers(url) {
  const limit = Date.now() + START_LIMIT_MS
  while (Date.now() < limit) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (answer?.ok) return
    await delay(100)
  }
  throw new Error(`${url} did not answer within ${START_LIMIT_MS / 1_000} seconds`)
}
