import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '@roomful/contract/protocol'
import { createRooms, memoryLog, type RoomLog } from '@roomful/server'
import { createProxy, type FaultProxy } from '@roomful/testing/proxy'
import { onTestFinished } from 'vitest'
import {
  processChat,
  type ProcessSettings,
  startServerProcess,
  type ServerProcess,
} from '../../../support/server-process.ts'
import { startServer, type TestServer } from '../../../support/test-server.ts'
import { expectNothingUncaught } from '../../../support/uncaught.ts'

/** Interval and time-out of the heartbeats in these tests: a dead connection is noticed after twice this time. */
export const PING_MS = 300

export interface LocalServer extends TestServer {
  logOf(room: string): Promise<readonly Entry[]>
}

export interface LocalOptions {
  readonly log?: RoomLog
  readonly pingMs?: number
  readonly presenceGraceMs?: number
  readonly onError?: (error: unknown) => void
  /** Runs before a message is stored. */
  readonly handle?: (text: string) => void | Promise<void>
}

/** The same server as in `startProcess`, inside this process: for network faults. */
export async function startLocalServer({
  log = memoryLog(),
  pingMs = PING_MS,
  handle,
  ...roomsOptions
}: LocalOptions = {}): Promise<LocalServer> {
  expectNothingUncaught()
  const server = await startServer({
    options: { pingInterval: pingMs, pingTimeout: pingMs },
    configure: (io) => {
      const rooms = createRooms(io, {
        contract: processChat,
        log,
        ...roomsOptions,
        authenticate: ({ auth }) => ({ id: String(auth['name']).toLowerCase(), name: String(auth['name']) }),
      })
      rooms.handle('message', async ({ data }) => await handle?.(data.text))
    },
  })
  const logOf = async (room: string) => (await log.page(room, { after: 0, limit: 10_000, bytes: 2 ** 30 })).entries
  return Object.assign(server, { logOf })
}

/** A log in memory whose reads wait between `hold` and its release: a client that joins then is a member long before the answer. */
export function slowLog(): { readonly log: RoomLog; readonly held: number; hold(): () => void } {
  const log = memoryLog()
  const page = log.page.bind(log)
  let released: Promise<void> | undefined
  let held = 0
  log.page = async (room, request) => {
    if (released) held += 1
    await released
    return await page(room, request)
  }
  return {
    log,
    /** How many reads waited since `hold()`. */
    get held() {
      return held
    },
    hold() {
      let release = (): void => {}
      released = new Promise((resolve) => (release = resolve))
      return release
    },
  }
}

/** A server process that can be killed and frozen. Its log is in memory unless set. It ends with the test. */
export async function startProcess(settings: Partial<ProcessSettings> = {}): Promise<ServerProcess> {
  expectNothingUncaught()
  const server = await startServerProcess({ log: 'memory', pingMs: PING_MS, ...settings })
  onTestFinished(async () => void (await server.kill('SIGKILL')))
  return server
}

/** A file for a log, in a folder that is removed after the test. */
export async function logFile(): Promise<{ readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'roomful-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { file: join(folder, 'rooms.db') }
}

/** A proxy in front of a server, for the network faults of one client. */
export async function startProxy({ port }: { readonly port: number }): Promise<FaultProxy> {
  const proxy = await createProxy({ target: { port } })
  onTestFinished(() => proxy.close())
  return proxy
}
