import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../apps/server', import.meta.url))

/** A server process of one test, which can be stopped and started again on the same port with the same data. */
export class OwnServer {
  readonly #dataDir: string
  readonly #environment: NodeJS.ProcessEnv
  #running: Running

  private constructor(dataDir: string, environment: NodeJS.ProcessEnv, running: Running) {
    this.#dataDir = dataDir
    this.#environment = environment
    this.#running = running
  }

  /** `environment`: variables of apps/server. */
  static async start(environment: NodeJS.ProcessEnv = {}): Promise<OwnServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'roomful-e2e-'))
    return new OwnServer(dataDir, environment, await launch('0', dataDir, environment))
  }

  get url(): string {
    return `http://127.0.0.1:${this.#running.port}`
  }

  async startAgain(): Promise<void> {
    this.#running = await launch(this.#running.port, this.#dataDir, this.#environment)
  }

  /** Resolves when the process has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#running.child.kill(signal)
    await this.#running.exited
  }

  /** Deletes the log of messages, as after the loss of a disk. Call it while the server is stopped. */
  async loseMessages(): Promise<void> {
    for (const suffix of ['', '-wal', '-shm']) await rm(join(this.#dataDir, `rooms.db${suffix}`), { force: true })
  }

  /** Suspends the process: it neither reads nor answers. */
  freeze(): void {
    this.#running.child.kill('SIGSTOP')
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL')
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}

type Running = Awaited<ReturnType<typeof launch>>

async function launch(requestedPort: string, dataDir: string, environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', 'src/main.ts'], {
    cwd: folder,
    env: {
      ...process.env,
      METRICS_PORT: 'off',
      ...environment,
      PORT: requestedPort,
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line) ?? []
    if (port !== undefined) return { child, exited, port }
  }
  throw new Error('the server ended before it listened')
}
