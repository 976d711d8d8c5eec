import type { SocketIoSocket } from '../socket-io.ts'

/** The bytes that wait to be sent to a client: packets of Engine.IO, and what the WebSocket has not passed on. */
export function unsentBytesOf(socket: SocketIoSocket): number {
  const { writeBuffer, transport } = socket.conn as unknown as Connection
  let bytes = transport.socket?.bufferedAmount ?? 0
  for (const { data } of writeBuffer) bytes += lengthOf(data)
  return bytes
}

/** Engine.IO's connection has no public member for this. */
interface Connection {
  readonly writeBuffer: readonly { readonly data?: unknown }[]
  /** `socket` is the WebSocket, where the transport is one. */
  readonly transport: { readonly socket?: { readonly bufferedAmount?: number } }
}

/** Characters count as bytes: counting the bytes of each text would cost more than the number is worth. */
function lengthOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  return ArrayBuffer.isView(data) || data instanceof ArrayBuffer ? data.byteLength : 0
}
