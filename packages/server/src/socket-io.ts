import type { Socket } from 'socket.io'

/** The few members of Socket.IO's `Server` (or a namespace) that are used. Structural, so that any event maps fit. */
export interface SocketIoServer {
  // oxlint-disable-next-line typescript/no-explicit-any -- a server's sockets carry its event maps, which are the app's
  on(event: 'connection', listener: (socket: any) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  off(event: 'connection', listener: (socket: any) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  use(middleware: (socket: any, next: (error?: Error) => void) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- the maps of a server refuse names that they do not have
  to(room: string): { emit(event: string, ...args: any[]): unknown }
}

/** A socket with any event maps. */
export type SocketIoSocket = Pick<
  Socket,
  | 'id'
  | 'connected'
  | 'handshake'
  | 'request'
  | 'conn'
  | 'on'
  | 'off'
  | 'onAny'
  | 'offAny'
  | 'listenerCount'
  | 'emit'
  | 'join'
  | 'leave'
  | 'to'
  | 'disconnect'
  | 'nsp'
  | 'rooms'
>

/** The Socket.IO room of a room. The prefix keeps it apart from rooms that the app makes and from socket ids. */
export function channelOf(room: string): string {
  return `roomful:${room}`
}
