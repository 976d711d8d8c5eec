import { chat } from '@roomful-demo/chat-contract'
import { type KeyboardEvent, type SubmitEvent, useEffect, useRef, useState } from 'react'
import { draft, useChat } from '../chat-store.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly room: string
  /** Whether too many messages wait already. */
  readonly isFull: boolean
  readonly onSend: (text: string) => void
  readonly onTyping: (typing: boolean) => void
}

const MAX_LENGTH = chat.definition.room.message.shape.text.maxLength ?? Number.POSITIVE_INFINITY
/** From here on, the count is shown. */
const NEAR_LENGTH = MAX_LENGTH - 200
const count = new Intl.NumberFormat('en')

export function Composer({ room, isFull, onSend, onTyping }: Props) {
  const text = useChat(({ drafts }) => drafts.get(room) ?? '')
  const [problem, setProblem] = useState<string>()
  const box = useRef<HTMLTextAreaElement>(null)
  const words = text.trim()

  useEffect(() => {
    // Not where that would open a keyboard on the screen.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus()
    return () => onTyping(false)
  }, [onTyping])

  function send() {
    box.current?.focus()
    if (words === '') return
    if (words.length > MAX_LENGTH)
      return setProblem(
        `A message has at most ${count.format(MAX_LENGTH)} characters; this one has ${count.format(words.length)}.`,
      )
    if (isFull) return setProblem('Too many messages are waiting: this one can be sent when the connection is back.')
    onTyping(false)
    onSend(words)
    draft(room, '')
  }
  function onSubmit(event: SubmitEvent) {
    event.preventDefault()
    send()
  }
  function onKeyDown(event: KeyboardEvent) {
    // An input method takes Enter for itself while it composes.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  return (
    <form className="composer" onSubmit={onSubmit} noValidate>
      <div className="field">
        <textarea
          ref={box}
          rows={1}
          aria-label="Message"
          placeholder={`Message #${room}`}
          enterKeyHint="send"
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby="message-problem"
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            draft(room, target.value)
            setProblem(undefined)
            onTyping(target.value.trim() !== '')
          }}
        />
        <button type="submit" className="button send">
          <span>Send</span> <Icon name="send" />
        </button>
      </div>
      <p className="below">
        <span id="message-problem" className="problem" role="alert">
          {problem}
        </span>
        {words.length > NEAR_LENGTH && (
          <span className={words.length > MAX_LENGTH ? 'count over' : 'count'}>
            {count.format(words.length)} / {count.format(MAX_LENGTH)}
          </span>
        )}
      </p>
    </form>
  )
}
