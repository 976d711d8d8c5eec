import { createMockServer, type MockServer, type MockServerOptions } from '@roomful/testing'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { onTestFinished, vi } from 'vitest'
import { nextEvent } from '../support/socket-events.ts'

export const url = 'https://mock.example'

/** A listening mock server, which is closed when the test ends. */
export async function startMock(options: Partial<MockServerOptions> = {}): Promise<MockServer> {
  const server = createMockServer({ url, ...options })
  onTestFinished(() => server.close())
  await server.listen()
  return server
}

/** A client that reconnects quickly, and is disconnected when the test ends. */
export function startClient(options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const client = io(url, {
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 5,
    reconnectionDelayMax: 20,
    ...options,
  })
  onTestFinished(() => void client.disconnect())
  return client
}

export async function connectedClient(options?: Partial<ManagerOptions & SocketOptions>): Promise<Socket> {
  const client = startClient(options)
  await nextEvent(client, 'connect')
  return client
}

export function useFakeTimers(): void {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}
