import { createMockServer, type MockServer, type MockServerOptions } from '@roomful/testing'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { onTestFinished, vi } from 'vitest'

export const url = 'https://chat.example'

/** A mock server that listens, and closes with the test. */
export async function startMock(options: Partial<MockServerOptions> = {}): Promise<MockServer> {
  const server = createMockServer({ url, ...options })
  onTestFinished(() => server.close())
  await server.listen()
  return server
}

/** A client that comes back quickly, and ends with the test. */
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
  await eventually(client, 'connect')
  return client
}

/** The arguments of the next event. */
export function eventually(emitter: object, event: string): Promise<unknown[]> {
  const { once } = emitter as { once(event: string, listener: (...args: unknown[]) => void): void }
  return new Promise((resolve) => once.call(emitter, event, (...args) => resolve(args)))
}

/** Everything that a client hears of an event from now on: the first argument. */
export function heardBy(client: Pick<Socket, 'on'>, event: string): unknown[] {
  const heard: unknown[] = []
  client.on(event, (data) => heard.push(data))
  return heard
}

export function useFakeTimers(): void {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}
