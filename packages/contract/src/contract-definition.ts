import type { StandardSchemaV1 } from '@standard-schema/spec'

/** An event, written as an object: with an ack, or without data. The side that receives the event gives the ack. */
export interface EventShape {
  readonly data?: StandardSchemaV1
  readonly ack?: StandardSchemaV1
}
/**
 * A room event, written as an object. A volatile event is never stored, queued or replayed. `unread` marks an event whose
 * messages count as unread; where no event of the section is marked, those of `message` do.
 *
 * `amends` names a room event whose messages this event changes later: edits, deletions, reactions. It is sent with a `target`,
 * the message, beside its data: `room.emit('edit', { target: message, text })`. `key` names a field of its data, a string, a number
 * or a boolean. Of one user's amendments of a message, the newest with each value of the field counts; without a key, the newest.
 */
export interface RoomEventShape {
  readonly data?: StandardSchemaV1
  readonly volatile?: true
  readonly unread?: true
  readonly amends?: string
  readonly key?: string
}

/** An event of the inbox, written as an object: `{}` has no data. `unread` is the same as for room events. */
export interface InboxEventShape {
  readonly data?: StandardSchemaV1
  readonly unread?: true
}

/** The definition of a contract. An event is a schema, or an object if it has an ack or is volatile; `{}` has no data. */
export interface ContractDefinition {
  readonly clientToServer?: Readonly<Record<string, StandardSchemaV1 | EventShape>>
  readonly serverToClient?: Readonly<Record<string, StandardSchemaV1 | EventShape>>
  readonly room?: Readonly<Record<string, StandardSchemaV1 | RoomEventShape>>
  /** Messages of the server to one user: `rooms.toUser(id).emit` on the server, `client.inbox` on the client. */
  readonly inbox?: Readonly<Record<string, StandardSchemaV1 | InboxEventShape>>
  /** A user, as the server's `authenticate` returns it; other clients see it as `from` and in the members. */
  readonly user?: StandardSchemaV1
  /** The presence that a client sets for itself in a room. */
  readonly presence?: StandardSchemaV1
  /** The params that a client sends with a join, for the server's `authorize.join`. */
  readonly join?: StandardSchemaV1
}

/** Whether a value is a Standard Schema; some libraries' schemas are functions. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = '~standard' in value ? value['~standard'] : undefined
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}
