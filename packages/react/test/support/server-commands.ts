import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import type { BrowserCommand } from 'vitest/node'

// Plain servers in Node for tests in a browser, by their address.
const running = new Map<string, { readonly http: HttpServer; readonly io: Server; readonly words: string[] }>()

const startServer: BrowserCommand<[]> = async () => {
  const http = createServer()
  const io = new Server(http, { cors: { origin: '*' } })
  const words: string[] = []
  io.on('connection', (socket) => {
    for (const event of ['join', 'leave'] as const)
      socket.on(event, async ({ room }: { room: string }, acknowledge: () => void) => {
        words.push(`${event} ${room}`)
        await socket[event](room)
        acknowledge()
      })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  running.set(url, { http, io, words })
  return url
}

export const serverCommands = {
  startServer,
  stopServer: (async (_context, url) => {
    const closed = running.get(url)?.io.close()
    running.get(url)?.http.closeAllConnections() // else it waits for the idle connections of the browser
    await closed
    running.delete(url)
  }) satisfies BrowserCommand<[url: string]>,
  /** The joins and leaves that the server received, and the number of its connections. */
  serverSays: ((_context, url) => ({
    words: running.get(url)?.words ?? [],
    connections: running.get(url)?.io.engine.clientsCount ?? 0,
  })) satisfies BrowserCommand<[url: string]>,
  sayIn: ((_context, url, room, event) => {
    running.get(url)?.io.to(room).emit(event, { room })
  }) satisfies BrowserCommand<[url: string, room: string, event: string]>,
}

declare module 'vitest/browser' {
  interface BrowserCommands {
    startServer: () => Promise<string>
    stopServer: (url: string) => Promise<void>
    serverSays: (url: string) => Promise<{ words: string[]; connections: number }>
    sayIn: (url: string, room: string, event: string) => Promise<void>
  }
}
