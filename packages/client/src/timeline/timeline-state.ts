import { ChunkedList } from './chunked-list.ts'
import type { TimelineView } from './timeline-view.ts'
import type { TimelineState } from './timeline-types.ts'

export function firstStateOf({ hasOlder, isLoading, error }: TimelineView): TimelineState {
  return { version: 0, entries: new ChunkedList(), hasOlder, isLoading, error }
}

/** The entries stay the same list where none has changed. */
export function stateAfter(state: TimelineState, before: TimelineView, view: TimelineView): TimelineState {
  const { log, pending, hasOlder, isLoading, error } = view
  const isSame = log === before.log && pending === before.pending
  const entries = isSame ? state.entries : log.concat(pending)
  return { version: state.version + (isSame ? 0 : 1), entries, hasOlder, isLoading, error }
}
