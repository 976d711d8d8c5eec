import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const ALL_CORES = `0-${availableParallelism() - 1}`

/** Keeps a process on one core, on Linux; does nothing elsewhere. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-acp', String(core), String(pid)])
}

/** Lets a process use all cores again. */
export function unpin(pid: number): void {
  spawnSync('taskset', ['-acp', ALL_CORES, String(pid)])
}
