import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { createProxy } from '../../src/proxy.ts'
import type { FaultProxy } from '../../src/proxy.ts'

/** Starts a TCP server on a free port, which is closed when the test ends. Resolves with the port. */
export async function startServer(accept: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    accept(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

export const echo = (socket: Socket): void => void socket.pipe(socket)

/** Starts a proxy, which is closed when the test ends. */
export async function startProxy(port: number): Promise<FaultProxy> {
  const proxy = await createProxy({ target: { port } })
  onTestFinished(() => proxy.close())
  return proxy
}

/** A client's connection: the text that it has received, and how it ended: `end` or an error code. */
export interface Peer {
  readonly socket: Socket
  readonly received: () => string
  readonly ended: () => string | undefined
}

export function open(port: number): Peer {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let text = ''
  let ended: string | undefined
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('end', () => (ended ??= 'end'))
  socket.on('error', (error: NodeJS.ErrnoException) => (ended ??= error.code ?? error.message))
  return { socket, received: () => text, ended: () => ended }
}

/** Waits until an assertion passes, long enough for a slow machine. */
export const eventually = (assertion: () => void): Promise<void> => vi.waitFor(assertion, 20_000)

/** Waits for 50 round trips of another connection: long enough for the tested one to have made progress. */
export async function waitForRoundTrips(): Promise<void> {
  const { socket } = open(await startServer(echo))
  for (let turn = 0; turn < 50; turn++) {
    socket.write('.')
    await once(socket, 'data')
  }
}
