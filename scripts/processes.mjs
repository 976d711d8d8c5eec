import { spawn } from 'node:child_process'
import { resolve as resolvePath } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** @typedef {import('./results.mjs').Exit} Exit */
/** @typedef {(signal: NodeJS.Signals | 0) => boolean} Signal Returns whether a process of the group received it. */
/** @typedef {{ pid: number | undefined, ended: Promise<Exit>, signal: Signal }} Group */

const END_LIMIT_MS = 5_000
const PARENT_CHECK_MS = 200
const grouped = process.platform !== 'win32'
/** @type {Set<Group>} */
const running = new Set()
let ending = false

/**
 * Starts a command in a process group of its own. A Ctrl-C then reaches only this process, which ends the whole group
 * and with it every process that the command started.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, onMessage?: (message: unknown) => void }} [options]
 *   `cwd` is relative to the repository. `onMessage` gets what the command sends with `process.send`.
 * @returns {Group}
 */
export function start(file, args, { cwd = '.', env = process.env, shell = false, onMessage } = {}) {
  /** @type {import('node:child_process').SpawnOptions} */
  const options = {
    cwd: resolvePath(root, cwd),
    env,
    shell,
    stdio: ['ignore', 'inherit', 'inherit', ...(onMessage ? [/** @type {const} */ ('ipc')] : [])],
    detached: grouped,
  }
  const child = spawn(file, args, options)
  if (onMessage) child.on('message', onMessage)
  /** @type {Promise<Exit>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${file}: ${error.message}`)
      resolve(127)
    })
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
  })
  /** @type {Signal} */
  const signal = (name) => {
    try {
      return child.pid !== undefined && process.kill(grouped ? -child.pid : child.pid, name)
    } catch {
      return false
    }
  }
  const ended = exited.finally(async () => {
    await clear(signal)
    running.delete(group)
  })
  const group = { pid: child.pid, ended, signal }
  running.add(group)
  return group
}

/**
 * Runs a command to its end.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Parameters<typeof start>[2] & { limitMs?: number }} [options]
 * @returns {Promise<Exit>}
 */
export async function run(file, args, { limitMs = 60 * 60_000, ...options } = {}) {
  const group = start(file, args, options)
  const timer = setTimeout(() => {
    console.error(`${file}: timed out after ${limitMs / 60_000} minutes`)
    void clear(group.signal)
  }, limitMs)
  const exit = await group.ended
  clearTimeout(timer)
  return exit
}

/** Ends all running groups. */
export async function endAll() {
  ending = true
  for (const group of running) void clear(group.signal)
  await Promise.all([...running].map(({ ended }) => ended))
}

/**
 * Ends a group: SIGTERM first, so that each process can end its own children, and SIGKILL after END_LIMIT_MS.
 * @param {Signal} signal
 */
async function clear(signal) {
  const limit = Date.now() + END_LIMIT_MS
  signal('SIGTERM')
  while (signal(0) && Date.now() < limit) await delay(20)
  signal('SIGKILL')
}

/**
 * Ends all running groups and then this process when the process that started this one has ended. A shell that npm has started ends
 * by a signal without passing it on.
 */
export function endWithParent() {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, PARENT_CHECK_MS)
  timer.unref()
}

/** Whether `endAll` was called. The exit of a process is then no failure. */
export const isEnding = () => ending

/**
 * On SIGINT, SIGTERM or SIGHUP, ends all running groups and then this process.
 * @param {number} exitCode
 */
export function endOnSignal(exitCode) {
  const end = () => {
    if (!ending) void endAll().then(() => process.exit(exitCode))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
  process.once('exit', () => {
    for (const group of running) group.signal('SIGKILL')
  })
}
