import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type ServerOptions } from 'socket.io'
import { onTestFinished } from 'vitest'

export interface TestServerOptions {
  /** Any free one unless given. */
  readonly port?: number
  readonly options?: Partial<ServerOptions>
  /** Adds handlers; called again for the new server after each restart. */
  readonly configure?: (io: Server) => void
}

/** A real Socket.IO server on this machine, that ends with the test which started it. */
export interface TestServer {
  readonly url: string
  readonly port: number
  /** The running server: another one after each restart. */
  readonly io: Server
  /** How many sockets are in the main namespace now. */
  readonly sockets: number
  /** How many connections carry them now, Socket.IO's own count. */
  readonly connections: number
  /** Comes back on the same port with nothing of what it knew. */
  restart(): Promise<void>
  /** Disconnects every socket for good; `close` ends their connections too. */
  kickAll(close?: boolean): void
  /** Ends everything; doing it again does nothing. `restart` starts it again. */
  close(): Promise<void>
}

export async function startServer({ port = 0, options, configure }: TestServerOptions = {}): Promise<TestServer> {
  const start = async (on: number): Promise<Running> => {
    const http = createServer()
    const io = new Server(http, options)
    configure?.(io)
    http.listen(on, '127.0.0.1')
    await once(http, 'listening')
    return { http, io, port: (http.address() as AddressInfo).port }
  }

  let running = await start(port)
  const close = async (): Promise<void> => {
    if (!running.http.listening) return
    const closed = running.io.close()
    running.http.closeAllConnections()
    await closed
  }
  onTestFinished(close)

  return {
    url: `http://127.0.0.1:${running.port}`,
    port: running.port,
    get io() {
      return running.io
    },
    get sockets() {
      return running.io.sockets.sockets.size
    },
    get connections() {
      return running.io.engine.clientsCount
    },
    async restart() {
      await close()
      running = await start(running.port)
    },
    kickAll: (end = false) => running.io.disconnectSockets(end),
    close,
  }
}

interface Running {
  readonly http: HttpServer
  readonly io: Server
  readonly port: number
}
