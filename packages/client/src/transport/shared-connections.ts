import type { SocketOptions } from './socket-port.ts'

/** Connections by a key, each with its users. A connection is dropped when its last user has gone. */
export class SharedConnections<C> {
  readonly #inUse = new Map<string, { readonly connection: C; readonly users: Set<object> }>()

  find(key: string | undefined): C | undefined {
    return key === undefined ? undefined : this.#inUse.get(key)?.connection
  }

  take(key: string | undefined, connection: C, user: object): void {
    if (key === undefined) return
    const known = this.#inUse.get(key)
    if (!known) this.#inUse.set(key, { connection, users: new Set([user]) })
    else if (known.connection === connection) known.users.add(user)
  }

  giveBack(key: string | undefined, connection: C, user: object): void {
    if (key === undefined) return
    const known = this.#inUse.get(key)
    if (known?.connection !== connection) return
    known.users.delete(user)
    if (known.users.size === 0) this.#inUse.delete(key)
  }
}

/** What must be alike to share; nothing where the app wants its own, or brings a parser or transports that only it can tell apart. */
export function sharingKey(address: string, options: SocketOptions): string | undefined {
  const { path, transports = [], withCredentials, query, extraHeaders, forceNew, parser } = options
  if (forceNew || parser || transports.some((transport) => typeof transport !== 'string')) return undefined
  const origin = /^\w+:\/\/[^/?#]*/.exec(address)?.[0]
  return JSON.stringify([origin, path, transports, withCredentials, query, extraHeaders])
}
