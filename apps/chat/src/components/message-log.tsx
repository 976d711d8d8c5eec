import type { Room } from '@roomful/client'
import { useTimeline } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { useMemo } from 'react'
import { dayOf } from '../dates.ts'
import { itemsOf, type LogItem, newestOf } from '../log-items.ts'
import type { Person } from '../people.ts'
import { gapSentence } from '../sentences.ts'
import { useStickToBottom } from '../use-stick-to-bottom.ts'
import { EmptyRoom, HistoryProblem, Skeleton } from './empty-room.tsx'
import { Icon } from './icon.tsx'
import { MessageGroup } from './message-group.tsx'

interface Props {
  readonly room: Room<typeof chat>
  readonly me: Person
  readonly isJoined: boolean
}

const INITIAL = 50
const PAGE_SIZE = 100
/** A page gets slow with more messages. Beyond it, earlier messages take the place of later ones, and the other way round. */
const MAX_SHOWN = 1000

export function MessageLog({ room, me, isJoined }: Props) {
  const timeline = useTimeline(room, 'message', { initial: INITIAL, max: MAX_SHOWN })
  const { entries, status, hasOlder, hasNewer, isLoading, error, loadOlder, loadNewer, loadLatest } = timeline
  const hasFailed = isJoined && error !== undefined
  const items = useMemo(() => itemsOf(entries, me), [entries, me])
  const { scroller, content, onScroll, toBottom, isAway, hasNew } = useStickToBottom({
    first: items[0]?.key,
    ...useMemo(() => newestOf(entries), [entries]),
    hasMore: hasNewer,
    loadEnd: () => void loadLatest(),
  })

  const showOlder = () => void loadOlder(PAGE_SIZE)
  function show(item: LogItem) {
    if (item.kind === 'group')
      return <MessageGroup key={item.key} group={item} onRetry={timeline.retry} onDiscard={timeline.discard} />
    return (
      <p key={item.key} className={`separator ${item.kind}`}>
        <span>{item.kind === 'day' ? dayOf(item.at) : gapSentence(item)}</span>
      </p>
    )
  }

  return (
    <div className="log-frame">
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-label="Messages"
        aria-busy={isLoading || status === 'loading'}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable element must be scrollable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} className="log-content">
          {hasOlder && (
            <button type="button" className="button quiet small older" onClick={showOlder}>
              Show earlier messages
            </button>
          )}
          {hasFailed && <HistoryProblem onTryAgain={showOlder} />}
          {items.length === 0 && status === 'loading' && <Skeleton />}
          {items.length === 0 && status === 'ready' && <EmptyRoom name={String(room.name)} />}
          {items.map(show)}
          {hasNewer && (
            <button type="button" className="button quiet small newer" onClick={() => void loadNewer(PAGE_SIZE)}>
              Show later messages
            </button>
          )}
        </div>
      </div>
      {isAway && (
        <button type="button" className={hasNew ? 'to-bottom new' : 'to-bottom'} onClick={toBottom}>
          {hasNew ? 'New messages' : 'Latest'} <Icon name="down" />
        </button>
      )}
    </div>
  )
}
