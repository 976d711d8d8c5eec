import type { Server, ServerOptions, Socket as ServerSocket } from 'socket.io'
import type { ManagerOptions, Socket, SocketOptions, io as connectTo } from 'socket.io-client'
import { onTestFinished, vi } from 'vitest'

/** Where a case plays: a server, however clients get to it. */
export interface Stage {
  readonly url: string
  readonly io: Server
}

/** One way to get to a server: over TCP, over memory, over msw. */
export interface Carrier {
  readonly transports: NonNullable<ManagerOptions['transports']>
  readonly connectTo: typeof connectTo
  /** Opens a server that closes with the test. */
  open(options?: Partial<ServerOptions>): Promise<Stage>
}

export type Case = readonly [name: string, play: (carrier: Carrier) => Promise<void>]

export type Options = Partial<ManagerOptions & SocketOptions>

/** A server with clients on it, as a case needs them. */
export class Play {
  readonly io: Server
  readonly #stage: Stage
  readonly #carrier: Carrier

  constructor(stage: Stage, carrier: Carrier) {
    this.io = stage.io
    this.#stage = stage
    this.#carrier = carrier
  }

  static async open(carrier: Carrier, options?: Partial<ServerOptions>): Promise<Play> {
    return new Play(await carrier.open(options), carrier)
  }

  /** A client that may not be connected yet. */
  client(options: Options = {}, namespace = ''): Socket {
    const client = this.#carrier.connectTo(`${this.#stage.url}${namespace}`, {
      transports: this.#carrier.transports,
      forceNew: true,
      reconnectionDelay: 5,
      reconnectionDelayMax: 20,
      ...options,
    })
    onTestFinished(() => void client.disconnect())
    return client
  }

  /** A client that is connected. */
  async connected(options?: Options, namespace?: string): Promise<Socket> {
    const client = this.client(options, namespace)
    await until(() => client.connected)
    return client
  }

  /** A client and the server's socket of it. */
  async pair(options?: Options): Promise<{ client: Socket; socket: ServerSocket }> {
    const client = await this.connected(options)
    const { sockets } = this.io.sockets
    await until(() => sockets.has(String(client.id)))
    return { client, socket: sockets.get(String(client.id)) as ServerSocket }
  }
}

/** The arguments of the next event. */
export function next(emitter: { once(event: string, listener: (...args: unknown[]) => void): unknown }, event: string) {
  return new Promise<unknown[]>((resolve) => void emitter.once(event, (...args) => resolve(args)))
}

/** Waits for a condition, as long as a slow and busy machine may need. */
async function until(isSo: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!isSo()) throw new Error('not yet')
    },
    { timeout: 20_000, interval: 5 },
  )
}
