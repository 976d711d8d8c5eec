import type { SocketIoServer } from '@roomful/server'
import type { ToClient, ToServer } from './frames.ts'
import type { SocketIoSocket } from './server-sources.ts'

/** A connection with its undelivered frames, in order. Each side notices its end at a time of its own. */
export interface Link {
  readonly node: number
  readonly tab: { readonly link: Link | undefined; cut(): void }
  readonly socket: MemberSocket
  isUp: boolean
  serverIsUp: boolean
  readonly toServer: ToServer[]
  readonly toClient: ToClient[]
  /** The rooms of which the server counts this connection a member. */
  readonly member: Set<number>
}

export function reply(link: Link, frame: ToClient): void {
  if (link.serverIsUp && link.isUp) link.toClient.push(frame)
}

/** What delivery uses of the socket of a connection, and of the server. */
export class MemberSocket {
  readonly #link: () => Link
  readonly channels = new Set<string>()

  constructor(link: () => Link) {
    this.#link = link
  }

  get conn(): { readonly readyState: string } {
    return { readyState: this.#link().serverIsUp ? 'open' : 'closed' }
  }

  join(names: string | readonly string[]): void {
    for (const name of [names].flat()) this.channels.add(name)
  }

  leave(name: string): void {
    this.channels.delete(name)
  }

  emit(name: string, ...args: unknown[]): void {
    reply(this.#link(), { type: 'packet', name, args })
  }

  asSocket(): SocketIoSocket {
    return this as unknown as SocketIoSocket
  }
}

/** The server of a node. */
export function serverOf(links: readonly Link[], node: number): SocketIoServer {
  const channel = (name: string, except: readonly string[]) => ({
    emit(event: string, ...args: unknown[]): void {
      for (const { node: of, socket } of links) {
        const { channels } = socket
        if (of === node && channels.has(name) && !except.some((other) => channels.has(other)))
          socket.emit(event, ...args)
      }
    },
    except: (names: string[]) => channel(name, [...except, ...names]),
  })
  return { local: { to: (name: string) => channel(name, []) } } as unknown as SocketIoServer
}
