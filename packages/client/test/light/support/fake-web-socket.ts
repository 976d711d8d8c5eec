import type { SocketHandlers } from '../../../src/transport/socket-port.ts'
import { vi } from 'vitest'
import { createLightSocketPort } from '../../../src/transport/light/light-socket-port.ts'
import type { WebSocketLike } from '../../../src/transport/light/web-socket.ts'

/** A WebSocket without a network: the test is its server. */
export class FakeWebSocket implements WebSocketLike {
  binaryType = 'blob'
  readyState = 1
  bufferedAmount = 0
  onmessage: WebSocketLike['onmessage'] = null
  onerror: WebSocketLike['onerror'] = null
  onclose: WebSocketLike['onclose'] = null
  readonly url: string
  readonly sent: unknown[] = []

  constructor(url = 'ws://test') {
    this.url = url
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(): void {
    this.readyState = 3
  }

  receive(...frames: unknown[]): void {
    for (const data of frames) this.onmessage?.({ data })
  }
}

export const handshake = (times: object = { pingInterval: 25_000, pingTimeout: 20_000 }): string =>
  `0${JSON.stringify({ sid: 'engine', upgrades: [], maxPayload: 1_000, ...times })}`

/** A class of fake WebSockets, and those that were made. */
export function fakeWebSockets() {
  const sockets: FakeWebSocket[] = []
  const WebSocket = function make(address: string) {
    const socket = new FakeWebSocket(address)
    sockets.push(socket)
    return socket
  } as unknown as new (url: string) => object
  return { WebSocket, sockets }
}

/** A port over fake WebSockets, and what it tells the client. Ports of the same class share connections. */
export function startPort(url = 'http://test', { WebSocket, sockets } = fakeWebSockets()) {
  const handlers = {
    opened: vi.fn<SocketHandlers['opened']>(),
    failed: vi.fn<SocketHandlers['failed']>(),
    closed: vi.fn<SocketHandlers['closed']>(),
    packet: vi.fn<SocketHandlers['packet']>(),
    waiting: vi.fn<SocketHandlers['waiting']>(),
    stopped: vi.fn<SocketHandlers['stopped']>(),
    resumed: vi.fn<SocketHandlers['resumed']>(),
  }
  const port = createLightSocketPort(url, { WebSocket }, handlers)
  return { port, handlers, sockets }
}

/** The same, connected. */
export function startConnected() {
  const started = startPort()
  started.port.open({ token: 'secret' })
  const socket = started.sockets[0]!
  socket.receive(handshake(), '40{"sid":"socket"}')
  return { ...started, socket }
}
