import type { WireUser } from '@roomful/contract/protocol'
import { parseJson } from '../json.ts'
import { isUser } from '../rooms/members/member-state.ts'

/** What a node sends to the other nodes that have members in a room. */
export type RoomFrame =
  | { readonly type: 'event'; readonly event: string; readonly data: unknown; readonly from: WireUser | null }
  | { readonly type: 'typing'; readonly from: WireUser; readonly typing: boolean }
  /** The user lost the permission to be here: its lost connections leave. */
  | { readonly type: 'removeLost'; readonly userId: string }

/** Another version of the frames needs another number, so that nodes of two versions do not misread each other. */
const VERSION = 1

/** The frames must be JSON texts. */
export function writeFrames(frames: readonly string[]): string {
  return `[${VERSION},${frames.join()}]`
}

/** undefined for a text of another version, or one that is damaged. */
export function readFrames(text: string): readonly RoomFrame[] | undefined {
  const [version, ...frames] = arrayFrom(parseJson(text))
  return version === VERSION && frames.every(isFrame) ? frames : undefined
}

function arrayFrom(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isFrame(value: unknown): value is RoomFrame {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  const { type, event, from, typing, userId } = value as Partial<Record<string, unknown>>
  if (type === 'event') return typeof event === 'string' && 'data' in value && (from === null || isUser(from))
  if (type === 'typing') return isUser(from) && typeof typing === 'boolean'
  return type === 'removeLost' && typeof userId === 'string'
}
