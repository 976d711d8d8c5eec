import type { Room } from '@roomful/client'
import { useTimeline } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { useCallback, useMemo } from 'react'
import { type Entry, headingOf, newestOf } from '../log-rows.ts'
import type { Person } from '../people.ts'
import { gapSentence } from '../sentences.ts'
import { useLogScroll } from '../use-log-scroll.ts'
import { Announcer } from './announcer.tsx'
import { Beginning, EmptyRoom, HistoryProblem, Skeleton } from './empty-room.tsx'
import { Icon } from './icon.tsx'
import { MessageRow } from './message-row.tsx'

interface Props {
  readonly room: Room<typeof chat>
  readonly me: Person
  readonly isJoined: boolean
}

const INITIAL = 50
const PAGE_SIZE = 100
/** Beyond it, earlier messages take the place of later ones in memory, and the other way round. */
const MAX_LOADED = 10_000
/** A room that the user has left is shown at once when the user returns within an hour. */
const KEEP_MS = 60 * 60_000

export function MessageLog({ room, me, isJoined }: Props) {
  const timeline = useTimeline(room, 'message', { initial: INITIAL, max: MAX_LOADED, keepMs: KEEP_MS })
  const { status, hasOlder, hasNewer, isLoading, error, loadOlder, loadNewer, loadLatest } = timeline
  const entries: readonly Entry[] = timeline.entries.toArray()
  const hasFailed = isJoined && error !== undefined
  const showOlder = () => void loadOlder(PAGE_SIZE)
  const showNewer = () => void loadNewer(PAGE_SIZE)
  const { scroller, content, measure, items, onScroll, toEnd, isAway, hasNew } = useLogScroll({
    count: entries.length,
    // The list measures all items again when this function changes.
    keyOf: useCallback((index: number) => entries[index]?.key ?? '', [entries]),
    ...useMemo(() => newestOf(entries), [entries]),
    hasOlder: hasOlder === true && !hasFailed,
    hasNewer,
    loadOlder: showOlder,
    loadNewer: showNewer,
    loadEnd: () => void loadLatest(),
  })

  function show(index: number) {
    const entry = entries[index]
    if (entry?.kind === 'gap')
      return (
        <p className="separator gap">
          <span>{gapSentence(entry)}</span>
        </p>
      )
    if (!entry) return null
    const heading = headingOf(entry, entries[index - 1], me)
    return <MessageRow message={entry} {...heading} onRetry={timeline.retry} onDiscard={timeline.discard} />
  }

  return (
    <div className="log-frame">
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-label="Messages"
        aria-busy={isLoading || status === 'loading'}
        // Scrolling renders other messages, which are not new: `Announcer` tells a screen reader of new ones.
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable element must be scrollable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        {entries.length === 0 && status === 'loading' && <Skeleton />}
        {entries.length === 0 && status === 'ready' && <EmptyRoom name={String(room.name)} />}
        <div ref={content} className="log-content" hidden={entries.length === 0}>
          <div className="log-start">
            {hasFailed && <HistoryProblem onTryAgain={showOlder} />}
            {hasOlder && !hasFailed && (
              <button type="button" className="button quiet small" onClick={showOlder}>
                Show earlier messages
              </button>
            )}
            {!hasOlder && !hasFailed && status === 'ready' && <Beginning name={String(room.name)} />}
          </div>
          {items.map(({ key, index }) => (
            <div key={key} ref={measure} className="log-row" data-index={index}>
              {show(index)}
            </div>
          ))}
          {hasNewer && (
            <button type="button" className="button quiet small newer" onClick={showNewer}>
              Show later messages
            </button>
          )}
        </div>
      </div>
      <Announcer room={room} me={me} entries={entries} />
      {isAway && (
        <button type="button" className={hasNew ? 'to-bottom new' : 'to-bottom'} onClick={toEnd}>
          {hasNew ? 'New messages' : 'Latest'} <Icon name="down" />
        </button>
      )}
    </div>
  )
}
