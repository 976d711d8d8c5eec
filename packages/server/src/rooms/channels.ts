import { RoomfulError } from '@roomful/contract'
import type { Report } from '../report.ts'
import { channelOf, singlesChannelOf, type SocketIoSocket } from '../socket-io.ts'

type Adapter = SocketIoSocket['nsp']['adapter']

/** A Socket.IO room of a room: that of all its members, or that of the members who read single events. */
export interface Channel {
  readonly name: string
  readonly room: string
}

interface ChannelListeners {
  readonly onJoined: (socket: SocketIoSocket, channel: Channel) => void
  readonly onLeft: (socket: SocketIoSocket, channel: Channel) => void
}

/**
 * Reports when a socket has entered or left a Socket.IO room of a room, also where the app moves it by itself:
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
      (name: string, id: string): void => {
        const channel = channelFrom(name)
        const socket = sockets.get(id)
        if (channel !== undefined && socket !== undefined) on(socket, channel)
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

/** The Socket.IO rooms of rooms that a socket is in. */
export function channelsOf(socket: SocketIoSocket): Channel[] {
  return [...socket.rooms].flatMap((name) => channelFrom(name) ?? [])
}

export function leaveChannel(socket: SocketIoSocket, { name, room }: Channel, report: Report): void {
  const left = socket.leave(name) // a promise with some adapters
  if (left instanceof Promise) left.catch((error) => report(error, { during: 'leave', room }))
}

/** Takes a socket out of a Socket.IO room that it has not joined, and reports the mistake of the app. */
export function takeOut(socket: SocketIoSocket, channel: Channel, report: Report): void {
  leaveChannel(socket, channel, report)
  const sentence = `a socket was put into the Socket.IO room "${channel.name}", and was taken out again: only a client's own join makes a member`
  report(new RoomfulError('INVALID_ARGUMENT', sentence), { during: 'join', room: channel.room })
}

const PREFIXES = [channelOf(''), singlesChannelOf('')]

function channelFrom(name: string): Channel | undefined {
  const prefix = PREFIXES.find((one) => name.startsWith(one))
  return prefix === undefined ? undefined : { name, room: name.slice(prefix.length) }
}
