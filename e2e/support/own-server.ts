import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../apps/server', import.meta.url))

/** A server of a test's own, to be killed and started again: on the same port, with the same data. */
export class OwnServer {
  readonly #dataDir: string
  #port = 0
  #child: ChildProcess | undefined

  private constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  static async start(): Promise<OwnServer> {
    const server = new OwnServer(await mkdtemp(join(tmpdir(), 'roomful-e2e-')))
    await server.startAgain()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async startAgain(): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', 'src/main.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: String(this.#port), HOST: '127.0.0.1', DATA_DIR: this.#dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? []
      if (port === undefined) continue
      this.#port = Number(port)
      return
    }
    throw new Error('the server ended before it listened')
  }

  /** Resolves when the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  /** The process stands still: what is sent to it is neither read nor answered. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL')
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}
