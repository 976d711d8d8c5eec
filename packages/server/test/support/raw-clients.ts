import { onTestFinished } from 'vitest'
import * as polling from './raw-polling.ts'
import * as webSocket from './raw-web-socket.ts'

// The raw clients for tests: they end with the test.

/** Opens a WebSocket to a Socket.IO server; its first packet is the handshake `0{…}`. */
export async function openWebSocket(url: string, options?: webSocket.RawOptions): Promise<webSocket.RawWebSocket> {
  return endedWithTest(await webSocket.openWebSocket(url, options))
}

/** Opens a WebSocket and joins the main namespace. */
export async function openSocketIo(url: string, options?: webSocket.RawOptions): Promise<webSocket.RawWebSocket> {
  return endedWithTest(await webSocket.openSocketIo(url, options))
}

/** Opens a session of a Socket.IO server by polling. */
export async function openPolling(url: string): Promise<polling.RawPolling> {
  return endedWithTest(await polling.openPolling(url))
}

/** Opens a session by polling and joins the main namespace. */
export async function openPollingSocket(url: string): Promise<polling.RawPolling> {
  const client = await openPolling(url)
  await client.post('40')
  await client.poll()
  return client
}

function endedWithTest<T extends { destroy(): void }>(client: T): T {
  onTestFinished(() => client.destroy())
  return client
}
