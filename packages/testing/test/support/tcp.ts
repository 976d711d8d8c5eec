import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { createProxy } from '../../src/proxy.ts'
import type { FaultProxy } from '../../src/proxy.ts'

/** A TCP server on a free port, closed with the test. */
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

/** A proxy that is closed with the test. */
export async function startProxy(port: number): Promise<FaultProxy> {
  const proxy = await createProxy({ target: { port } })
  onTestFinished(() => proxy.close())
  return proxy
}

/** A client's end: what it received so far, and how it ended (`end` is a clean one). */
export interface Peer {
  readonly socket: Socket
  readonly received: () => string
  readonly fate: () => string | undefined
}

export function open(port: number): Peer {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let text = ''
  let fate: string | undefined
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('end', () => (fate ??= 'end'))
  socket.on('error', (error: NodeJS.ErrnoException) => (fate ??= error.code ?? error.message))
  return { socket, received: () => text, fate: () => fate }
}

/** Waits until an assertion holds, however slow the machine is. */
export const eventually = (assertion: () => void): Promise<void> => vi.waitFor(assertion, 20_000)

/** Lets as much happen as 50 questions and answers of others need. */
export async function letTimePass(): Promise<void> {
  const { socket } = open(await startServer(echo))
  for (let turn = 0; turn < 50; turn++) {
    socket.write('.')
    await once(socket, 'data')
  }
}
