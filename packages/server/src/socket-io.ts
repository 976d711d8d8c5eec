import type { Socket } from 'socket.io'

/** The few members of Socket.IO's `Server` (or a namespace) that are used. Structural, so that any event maps fit. */
export interface SocketIoServer {
  // oxlint-disable-next-line typescript/no-explicit-any -- a server's sockets carry its event maps, which are the app's
  on(event: 'connection', listener: (socket: any) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  off(event: 'connection', listener: (socket: any) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  use(middleware: (socket: any, next: (error?: Error) => void) => void): unknown
  /** Reaches the sockets of this process alone, whatever the adapter: the log brings the events of a room to each process. */
  readonly local: { to(room: string): SocketIoRoom & { except(rooms: string[]): SocketIoRoom } }
}

/** The sockets of a Socket.IO room. */
interface SocketIoRoom {
  // oxlint-disable-next-line typescript/no-explicit-any -- the maps of a server refuse names that they do not have
  emit(event: string, ...args: any[]): unknown
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
  | 'local'
  | 'disconnect'
  | 'nsp'
  | 'rooms'
>

/** The Socket.IO room of all members of a room. The prefix keeps it apart from rooms that the app makes and from socket ids. */
export function channelOf(room: string): string {
  return `roomful:${room}`
}

/** The Socket.IO room of the members who read single events, not packs. */
export function singlesChannelOf(room: string): string {
  return `roomful-singles:${room}`
}
