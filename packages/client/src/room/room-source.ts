import { describe, RoomfulError } from '@roomful/contract'
import type { TimelineSource } from '../timeline/timeline-source.ts'

const sources = new WeakMap<object, () => TimelineSource>()

export function setSource(room: object, source: () => TimelineSource): void {
  sources.set(room, source)
}

/** A room's inner side, for what is built on rooms. */
export function sourceOf(room: object): TimelineSource {
  const source = sources.get(room)
  if (source) return source()
  throw new RoomfulError('INVALID_ARGUMENT', `expected a room of a client, got ${describe(room)}`)
}

/** undefined where nobody can tell: the server tells nobody apart, or the contract's user has no id. */
export function isSameUser(from: unknown, selfId: string | undefined): boolean | undefined {
  const id = (from as { readonly id?: unknown } | undefined)?.id
  return selfId === undefined || (from !== undefined && id === undefined) ? undefined : id === selfId
}
