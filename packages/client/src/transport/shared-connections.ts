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

/** Numbers for agents and other objects, which have no text form. */
const identities = new WeakMap<object, number>()
let lastIdentity = 0

/** The key of a connection: clients with equal keys share one. Undefined for `forceNew`, an own parser or own transports. */
export function sharingKey(address: string, { forceNew, parser, ...options }: SocketOptions): string | undefined {
  if (forceNew || parser || options.transports?.some((transport) => typeof transport !== 'string')) return undefined
  const origin = /^\w+:\/\/[^/?#]*/.exec(address)?.[0]
  const names = Object.keys(options).sort() as (keyof typeof options)[]
  return JSON.stringify([origin, ...names.map((name) => [name, options[name]])], (_key, value: unknown) =>
    textOf(value),
  )
}

/** Plain data as it is; anything else by its identity. */
function textOf(value: unknown): unknown {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return value
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) return value
  const identity = identities.get(value) ?? ++lastIdentity
  identities.set(value, identity)
  return `object ${identity}`
}
