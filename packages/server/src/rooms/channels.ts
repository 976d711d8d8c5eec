import { RoomfulError } from '@roomful/contract'
import type { Report } from '../report.ts'
import { channelOf, type SocketIoSocket } from '../socket-io.ts'

type Adapter = SocketIoSocket['nsp']['adapter']

interface ChannelListeners {
  readonly onJoined: (socket: SocketIoSocket, room: string) => void
  readonly onLeft: (socket: SocketIoSocket, room: string) => void
}

/**
 * Tells when a socket has entered or left the Socket.IO room of a room, also where the app moves it behind this library:
 * `io.socketsLeave`, `socket.leave`, `io.socketsJoin`.
 */
export class ChannelWatch {
  readonly #listeners: ChannelListeners
  #stop: () => void = () => {}
  #adapter: Adapter | undefined

  constructor(listeners: ChannelListeners) {
    this.#listeners = listeners
  }

  /** To be called with each new connection, since an app may give its server another adapter. */
  watch({ nsp }: SocketIoSocket): void {
    const { adapter, sockets } = nsp
    if (adapter === this.#adapter) return
    this.#stop()
    const listenerFor =
      (on: ChannelListeners['onLeft']) =>
      (channel: string, id: string): void => {
        const room = roomOf(channel)
        const socket = sockets.get(id)
        if (room !== undefined && socket !== undefined) on(socket, room)
      }
    const [onJoined, onLeft] = [listenerFor(this.#listeners.onJoined), listenerFor(this.#listeners.onLeft)]
    adapter.on('join-room', onJoined)
    adapter.on('leave-room', onLeft)
    this.#adapter = adapter
    this.#stop = () => {
      adapter.off('join-room', onJoined)
      adapter.off('leave-room', onLeft)
    }
  }

  stop(): void {
    this.#stop()
    this.#adapter = undefined
  }
}

/** The rooms whose Socket.IO rooms a socket is in. */
export function channelsOf(socket: SocketIoSocket): string[] {
  return [...socket.rooms].flatMap((channel) => roomOf(channel) ?? [])
}

export function leaveChannel(socket: SocketIoSocket, room: string, report: Report): void {
  const left = socket.leave(channelOf(room)) // a promise with some adapters
  if (left instanceof Promise) left.catch((error) => report(error, { during: 'leave', room }))
}

/** Takes a socket out of a Socket.IO room that it has not joined, and reports the mistake of the app. */
export function takeOut(socket: SocketIoSocket, room: string, report: Report): void {
  leaveChannel(socket, room, report)
  const sentence = `a socket was put into the Socket.IO room "${channelOf(room)}", and was taken out again: only a client's own join makes a member`
  report(new RoomfulError('INVALID_ARGUMENT', sentence), { during: 'join', room })
}

const PREFIX = channelOf('')

function roomOf(channel: string): string | undefined {
  return channel.startsWith(PREFIX) ? channel.slice(PREFIX.length) : undefined
}
