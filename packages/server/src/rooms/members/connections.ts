import type { WireUser } from '@roomful/contract/protocol'
import { isSame } from './published-members.ts'

/** One connection of a user. */
export interface Connection {
  /** A socket of this process, or the `RemoteSocket` of another node. */
  socket: unknown
  /** undefined where the connection has set no presence. */
  presence: unknown
  /** When the presence was set, or else when the connection came, by the stamps of the nodes; 0 without nodes. */
  at: number
  /** When the connection was lost: the user's next connection takes its place. undefined: it is open. */
  lostAt: number | undefined
  /** The lost socket that set this presence, until the socket in its place sets one of its own. */
  inheritedFrom: unknown
}

/** A user with its connections, here and on other nodes. */
export interface PresentUser {
  readonly user: WireUser
  /** The connection with the newest presence comes last. */
  readonly connections: Connection[]
  /** undefined without nodes. */
  readonly shared: SharedUser | undefined
}

/** What is known of a user because other nodes may have it, too. */
export interface SharedUser {
  /** The stamp of the user's details. */
  userAt: number
  /** By node: the lost connections whose place was taken there. */
  readonly taken: Map<string, ReadonlySet<string>>
}

/** A connection of another node. */
export class RemoteSocket {
  readonly node: string
  /** Names a lost connection among all nodes; undefined for an open one. */
  readonly key: string | undefined

  constructor(node: string, lostAt: number | undefined) {
    this.node = node
    this.key = lostAt === undefined ? undefined : lostKey(node, lostAt)
  }
}

export function lostKey(node: string, lostAt: number): string {
  return `${lostAt} ${node}`
}

/** Whether a key names a lost connection of the node. */
export function isKeyOf(key: string, node: string): boolean {
  return key.endsWith(` ${node}`)
}

export function isLocal({ socket }: Connection): boolean {
  return !(socket instanceof RemoteSocket)
}

/**
 * S16: the socket takes the place of a lost connection with the same presence; else of any lost one, whose presence it
 * inherits. Without a lost connection it gets a place of its own. Returns the socket whose place was taken.
 */
export function addConnection(
  connections: Connection[],
  { socket, presence, at, isTaken }: Pick<Connection, 'socket' | 'presence' | 'at'> & { isTaken: IsTaken },
): unknown {
  const lost = connections.filter((one) => one.lostAt !== undefined && !isTaken(one))
  const place = lost.find((one) => isSame(one.presence, presence)) ?? lost[0]
  if (place === undefined) {
    connections.push({ socket, presence: undefined, at, lostAt: undefined, inheritedFrom: undefined })
    return undefined
  }
  const taken = place.socket
  Object.assign(place, { socket, lostAt: undefined, inheritedFrom: place.inheritedFrom ?? taken })
  return taken
}

/** Whether a connection of another node has taken the place of a lost one, or one of this node that of another's. */
export type IsTaken = (connection: Connection) => boolean
