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

/** Heartbeats in these tests, interval and time-out each: a dead connection is noticed after twice this. */
export const PING_MS = 300

export interface ServerHere extends TestServer {
  logOf(room: string): Promise<readonly Entry[]>
}

export interface HereOptions {
  readonly log?: RoomLog
  readonly pingMs?: number
  /** Runs before a message is stored. */
  readonly handle?: (text: string) => void | Promise<void>
}

/** The same server as the one with a process of its own, in this process: for faults of the network. */
export async function startHere({
  log = memoryLog(),
  pingMs = PING_MS,
  handle,
}: HereOptions = {}): Promise<ServerHere> {
  expectNothingUncaught()
  const server = await startServer({
    options: { pingInterval: pingMs, pingTimeout: pingMs },
    configure: (io) => {
      const rooms = createRooms(io, {
        contract: processChat,
        log,
        authenticate: ({ auth }) => ({ id: String(auth['name']).toLowerCase(), name: String(auth['name']) }),
      })
      rooms.handle('message', async ({ data }) => await handle?.(data.text))
    },
  })
  const logOf = async (room: string) => (await log.page(room, { after: 0, limit: 10_000, bytes: 2 ** 30 })).entries
  return Object.assign(server, { logOf })
}

/** A log in memory that is slow to read when it is told to be: whoever joins then is a member long before the answer. */
export function slowLog(): { readonly log: RoomLog; hold(): () => void } {
  const log = memoryLog()
  const page = log.page.bind(log)
  let released = Promise.resolve()
  log.page = async (room, request) => {
    await released
    return await page(room, request)
  }
  return {
    log,
    hold() {
      let release = (): void => {}
      released = new Promise((resolve) => (release = resolve))
      return release
    },
  }
}

/** A server that can be killed and frozen, in memory unless given; it ends with the test. */
export async function startProcess(settings: Partial<ProcessSettings> = {}): Promise<ServerProcess> {
  expectNothingUncaught()
  const server = await startServerProcess({ log: 'memory', pingMs: PING_MS, ...settings })
  onTestFinished(async () => void (await server.kill('SIGKILL')))
  return server
}

/** A file for a log, in a folder that ends with the test. */
export async function logFile(): Promise<{ readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'roomful-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { file: join(folder, 'rooms.db') }
}

/** Somebody's own bad network before a server. */
export async function startProxy({ port }: { readonly port: number }): Promise<FaultProxy> {
  const proxy = await createProxy({ target: { port } })
  onTestFinished(() => proxy.close())
  return proxy
}
