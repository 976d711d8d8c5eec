import { RoomfulError } from '@roomful/contract'
import { INBOX } from '@roomful/contract/protocol'
import type { Identity } from '../connection/authenticate.ts'
import { isUserId } from '../connection/user-id.ts'
import { refuse } from '../refuse.ts'
import type { Settings } from '../settings.ts'

/** What the name of an inbox begins with, in the log and as a Socket.IO room. Clients cannot name such a room. */
const PREFIX = `${INBOX}:`

/** The room of a user's own messages, in the log. On the wire its name is `$inbox`. */
export function inboxOf(userId: string): string {
  if (isUserId(userId)) return PREFIX + userId
  throw new RoomfulError('INVALID_ARGUMENT', "a user's id must be a well-formed string of 1 to 128 characters")
}

/** Whether a room of the log is an inbox. Lists and numbers of rooms leave inboxes out. */
export function isInbox(room: string): boolean {
  return room.startsWith(PREFIX)
}

/** A room's name as clients know it. */
export function wireNameOf(room: string): string {
  return isInbox(room) ? INBOX : room
}

/** Whether the user of a connection has an inbox: the contract must have one, and guests get another id each time. */
export function hasInbox(identity: Identity | null, { definition }: Settings): boolean {
  return definition.inbox !== undefined && identity !== null && !identity.guest
}

/** @throws RefusalError `FORBIDDEN` */
export function assertInbox(identity: Identity, settings: Settings): void {
  if (!hasInbox(identity, settings)) throw refuse('FORBIDDEN', 'this connection has no inbox')
}
