import { spawn } from 'node:child_process'
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
  #running: Running

  private constructor(dataDir: string, running: Running) {
    this.#dataDir = dataDir
    this.#running = running
  }

  static async start(): Promise<OwnServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'roomful-e2e-'))
    return new OwnServer(dataDir, await launch('0', dataDir))
  }

  get url(): string {
    return `http://127.0.0.1:${this.#running.port}`
  }

  async startAgain(): Promise<void> {
    this.#running = await launch(this.#running.port, this.#dataDir)
  }

  /** Resolves when the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#running.child.kill(signal)
    await this.#running.gone
  }

  /** While it is stopped: its log of messages is gone, as after the loss of a disk. */
  async loseMessages(): Promise<void> {
    for (const end of ['', '-wal', '-shm']) await rm(join(this.#dataDir, `rooms.db${end}`), { force: true })
  }

  /** The process stands still: what is sent to it is neither read nor answered. */
  freeze(): void {
    this.#running.child.kill('SIGSTOP')
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL')
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}

type Running = Awaited<ReturnType<typeof launch>>

async function launch(wanted: string, dataDir: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', 'src/main.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: wanted, HOST: '127.0.0.1', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? []
    if (port !== undefined) return { child, gone, port }
  }
  throw new Error('the server ended before it listened')
}
