import type { Room } from '@roomful/client'
import { useTimeline } from '@roomful/react'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect, useMemo } from 'react'
import { dayOf } from '../dates.ts'
import { itemsOf, type LogItem, newestKeys } from '../log-items.ts'
import type { Person } from '../people.ts'
import { gapSentence } from '../sentences.ts'
import { useStickToBottom } from '../use-stick-to-bottom.ts'
import { EmptyRoom, HistoryProblem } from './empty-room.tsx'
import { Icon } from './icon.tsx'
import { MessageGroup } from './message-group.tsx'

interface Props {
  readonly room: Room<typeof chat>
  readonly me: Person
  readonly isJoined: boolean
}

const PAGE_SIZE = 100
/** A page gets slow with more messages; the oldest are removed. */
const MAX_SHOWN = 1000

export function MessageLog({ room, me, isJoined }: Props) {
  const { entries, hasOlder, isLoading, error, loadOlder, retry, discard } = useTimeline(room, 'message', {
    max: MAX_SHOWN,
  })
  const hasFailed = isJoined && error !== undefined
  const items = useMemo(() => itemsOf(entries, me), [entries, me])
  const { scroller, content, onScroll, toBottom, isAway, hasNew } = useStickToBottom({
    first: items[0]?.key,
    ...useMemo(() => newestKeys(entries), [entries]),
  })

  useEffect(() => {
    if (isJoined && hasOlder === undefined) void loadOlder(PAGE_SIZE)
  }, [isJoined, hasOlder, loadOlder])

  const showOlder = () => void loadOlder(PAGE_SIZE)
  function show(item: LogItem) {
    if (item.kind === 'group') return <MessageGroup key={item.key} group={item} onRetry={retry} onDiscard={discard} />
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
        aria-busy={isLoading}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrollable element must be scrollable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} className="log-content">
          {hasOlder && entries.length < MAX_SHOWN && (
            <button type="button" className="button quiet small older" onClick={showOlder}>
              Show earlier messages
            </button>
          )}
          {hasFailed && <HistoryProblem onTryAgain={showOlder} />}
          {items.length === 0 && !hasFailed && (
            <EmptyRoom name={room.name} isLoading={hasOlder === undefined && !error} />
          )}
          {items.map(show)}
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
