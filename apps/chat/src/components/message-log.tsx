import { useMemo } from 'react'
import { dayOf } from '../dates.ts'
import type { Person } from '../people.ts'
import { timelineOf, type TimelineItem } from '../timeline.ts'
import type { ChatRoom } from '../use-chat-room.ts'
import { useStickToBottom } from '../use-stick-to-bottom.ts'
import { EmptyRoom, HistoryProblem } from './empty-room.tsx'
import { Icon } from './icon.tsx'
import { MessageGroup } from './message-group.tsx'

interface Props {
  readonly chat: ChatRoom
  readonly me: Person
}

const missing = {
  hole: 'Some messages are missing here.',
  'new-log': 'The server began anew: messages may be missing here.',
} as const

export function MessageLog({ chat, me }: Props) {
  const { view, history, room, status } = chat
  const items = useMemo(() => timelineOf(view, me), [view, me])
  const { scroller, content, onScroll, toBottom, isAway, hasNew } = useStickToBottom({
    first: items[0]?.key,
    last: view.messages.at(-1)?.key,
    own: view.outgoing.at(-1)?.key,
  })
  const isLoading = history.state === 'loading'

  function show(item: TimelineItem) {
    if (item.kind === 'group')
      return <MessageGroup key={item.key} group={item} onRetry={chat.retry} onDiscard={chat.discard} />
    return (
      <p key={item.key} className={`separator ${item.kind}`}>
        <span>{item.kind === 'day' ? dayOf(item.at) : missing[item.reason]}</span>
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
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is to be scrolled by keyboard, too
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={content} className="log-content">
          {view.hasOlder && (
            <button type="button" className="button quiet small older" onClick={history.loadOlder}>
              Show earlier messages
            </button>
          )}
          {history.state === 'failed' && status === 'joined' && <HistoryProblem onTryAgain={history.reload} />}
          {items.length === 0 && <EmptyRoom name={room.name} isLoading={isLoading} />}
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
