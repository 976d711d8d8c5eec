import { type Bye, isPassingCode, wire } from '@roomful/contract/protocol'
import type { SocketIoSocket } from '../socket-io.ts'

/** A client that does not read gets no `$bye`: after this long its connection ends all the same, in milliseconds. */
const FLUSH_MS = 2_000

/** Whether a client may come back after a `$bye` with this code. */
export function mayReturn({ code }: Bye): boolean {
  return code === 'UNAUTHORIZED' || isPassingCode(code)
}

/**
 * E4: sends `$bye`, then ends the connection. Every Socket.IO client reconnects by itself after the end of its transport,
 * and none does after a disconnect of its namespace.
 */
export function endWithBye(socket: SocketIoSocket, bye: Bye): void {
  const { conn } = socket
  socket.emit(wire.bye, bye)
  if (!mayReturn(bye)) return void socket.disconnect()
  const timer = setTimeout(() => conn.close(true), FLUSH_MS)
  conn.once('close', () => clearTimeout(timer)) // before `close`, which may end the connection at once
  conn.close() // after what is in its buffer
}
