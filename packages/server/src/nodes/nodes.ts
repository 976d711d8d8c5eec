type Await<T> = T | Promise<T>

/**
 * How the processes that share a log reach each other. Each process is a node. The log keeps the messages of rooms; this is for
 * everything else: who is in a room, and what only needs to reach the nodes that are here now.
 *
 * Calls and changes may get lost on their way between nodes, and everything may be forgotten after a failover. So members have
 * a version, and a node that needs an answer to a message asks for it. A rejection means that the outcome is unknown.
 */
export interface Nodes {
  /** The name of this node: random, another one at each start of the process. */
  readonly id: string
  /** Begins, once: other nodes find this one from now on. */
  start(options: NodeOptions): Await<void>
  /** The nodes that are alive, this one included. */
  list(): Await<readonly NodeInfo[]>
  /** To all other nodes, or to those that have subscribed to the room. In the order of the calls; may be lost. */
  send(message: string, room?: string): Await<void>
  /**
   * Calls the listeners with what other nodes send to the room, and with changes of its members, also those that this node has
   * made. Active once the promise has resolved, until the function that it returns is called.
   */
  subscribe(room: string, listeners: RoomListeners): Await<() => void>
  /**
   * Replaces what this node says of a user in a room; undefined removes it. Nothing changes where it is the same already. The
   * answer has the position after it.
   */
  setMember(room: string, userId: string, state: string | undefined): Await<SetMember>
  /** The members of a room, by all nodes. `states` is undefined where the room has more than `limit` users. */
  readMembers(room: string, limit: number): Await<SharedMembers>
  /** The positions of the members of many rooms at once, in the order of the names. */
  memberPositions(rooms: readonly string[]): Await<readonly MembersPosition[]>
  /** The rooms that have members on any node. A room may be left out, or come twice, if its members change meanwhile. */
  rooms(): AsyncIterable<{ readonly name: string; readonly members: number }>
  /**
   * Ends: no listener is called any more. What this node has said of members is removed `graceMs` later, by other nodes. A
   * rejection means that they may not know yet: they then remove it once they take this node for dead.
   */
  stop(): Await<void>
}

export interface NodeOptions {
  /** What other nodes may read about this one. */
  readonly info: string
  /** How long the members of a node stay after it has stopped or died, in ms. */
  readonly graceMs: number
  /** The most UTF-8 bytes of a message to other nodes, of what this node says of a user, and of `info`. All that are smaller must pass. */
  readonly maxBytes: number
  /** A message to all nodes, from another one. */
  readonly onMessage: (message: string, from: string) => void
  /**
   * Messages and changes may be lost, and what this node has set may be forgotten: the connection was away, or other nodes took
   * this one for dead. It must set all of its members again. Those that it does not set again are removed after a while.
   */
  readonly onRestored: () => void
  /**
   * This node has removed what a dead node had said of a user, and no other node says that the user is in the room. Called on
   * one node, at most once.
   */
  readonly onMemberGone: (member: GoneMember) => void
  readonly onError: (error: unknown) => void
}

/** What a dead node had said of a user. */
export interface GoneMember {
  readonly room: string
  readonly userId: string
  readonly state: string
}

export interface NodeInfo {
  readonly id: string
  readonly info: string
}

/** Listeners must not throw. */
export interface RoomListeners {
  readonly onMessage: (message: string, from: string) => void
  readonly onMembers: (change: MembersChange) => void
}

/** How far the changes of a room's members have come. */
export interface MembersPosition {
  /** One more with each change; another number, far away, after the members were forgotten. 0 for a room without a record. */
  readonly version: number
  /** The users in the room, each once, on whichever nodes. */
  readonly count: number
}

/** What a node says of a user. */
export interface NodeMember {
  readonly node: string
  readonly userId: string
  readonly state: string
}

export interface MembersChange extends MembersPosition {
  readonly node: string
  readonly userId: string
  /** undefined: the user is no member by this node any more. */
  readonly state: string | undefined
}

export interface SetMember extends MembersPosition {
  /** Whether the user was in the room before, by any node. */
  readonly wasMember: boolean
  /** Whether the user is in the room now, by any node. */
  readonly isMember: boolean
}

export interface SharedMembers extends MembersPosition {
  readonly states: readonly NodeMember[] | undefined
}
