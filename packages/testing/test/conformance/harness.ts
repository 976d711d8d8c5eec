import type { Server, ServerOptions, Socket as ServerSocket } from 'socket.io'
import type { ManagerOptions, Socket, SocketOptions, io as connectTo } from 'socket.io-client'
import { onTestFinished, vi } from 'vitest'

/** A running server and its address. */
export interface TestServer {
  readonly url: string
  readonly io: Server
}

/** One way in which clients reach a server: over TCP, in memory or through msw. */
export interface Setup {
  readonly transports: NonNullable<ManagerOptions['transports']>
  readonly connectTo: typeof connectTo
  /** Starts a server, which is closed when the test ends. */
  startServer(options?: Partial<ServerOptions>): Promise<TestServer>
}

export type Case = readonly [title: string, run: (setup: Setup) => Promise<void>]

export type Options = Partial<ManagerOptions & SocketOptions>

/** A server for one case, which makes clients of it. */
export class Harness {
  readonly io: Server
  readonly #server: TestServer
  readonly #setup: Setup

  constructor(server: TestServer, setup: Setup) {
    this.io = server.io
    this.#server = server
    this.#setup = setup
  }

  static async start(setup: Setup, options?: Partial<ServerOptions>): Promise<Harness> {
    return new Harness(await setup.startServer(options), setup)
  }

  /** A client that is still connecting. */
  client(options: Options = {}, namespace = ''): Socket {
    const client = this.#setup.connectTo(`${this.#server.url}${namespace}`, {
      transports: this.#setup.transports,
      forceNew: true,
      reconnectionDelay: 5,
      reconnectionDelayMax: 20,
      ...options,
    })
    onTestFinished(() => void client.disconnect())
    return client
  }

  async connectedClient(options?: Options, namespace?: string): Promise<Socket> {
    const client = this.client(options, namespace)
    await until(() => client.connected)
    return client
  }

  /** A connected client and the server's socket for it. */
  async pair(options?: Options): Promise<{ client: Socket; socket: ServerSocket }> {
    const client = await this.connectedClient(options)
    const { sockets } = this.io.sockets
    await until(() => sockets.has(String(client.id)))
    return { client, socket: sockets.get(String(client.id)) as ServerSocket }
  }
}

/** Waits for a condition, long enough for a slow and busy machine. */
async function until(isTrue: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!isTrue()) throw new Error('the condition is not true yet')
    },
    { timeout: 20_000, interval: 5 },
  )
}
