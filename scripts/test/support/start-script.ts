import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'

export interface RunningScript {
  readonly process: ChildProcess
  readonly pid: number
  /** The output so far, of the script and of all processes that it started. */
  output(): string
  says(text: string | RegExp): Promise<void>
  /** The exit code, when the script and all processes that it started have ended: they share its output. */
  readonly closed: Promise<number | null>
}

/** Starts Node as a terminal does: as the leader of a new process group. */
export function startScript(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningScript {
  const script = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid } = script
  if (pid === undefined) throw new Error('node did not start')
  onTestFinished(() => void script.kill('SIGTERM'))
  let output = ''
  for (const stream of [script.stdout, script.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)))
  return {
    process: script,
    pid,
    output: () => output,
    says: (text) => vi.waitFor(() => expect(output).toMatch(text), 25_000),
    closed: new Promise((resolve) => script.once('close', resolve)),
  }
}
