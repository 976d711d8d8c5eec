import { chat as contract } from '@roomful-demo/chat-contract'
import { type KeyboardEvent, type SubmitEvent, useEffect, useRef, useState } from 'react'
import { draft, useChat } from '../chat-store.ts'
import type { Person } from '../people.ts'
import type { ChatRoom } from '../use-chat-room.ts'
import { useTyping } from '../use-typing.ts'
import { Icon } from './icon.tsx'
import { TypingLine } from './typing-line.tsx'

const MAX_LENGTH = contract.definition.room.message.shape.text.maxLength ?? Number.POSITIVE_INFINITY
/** From here on, the count is shown. */
const NEAR_LENGTH = MAX_LENGTH - 200
const count = new Intl.NumberFormat('en')

export function Composer({ chat, me }: { readonly chat: ChatRoom; readonly me: Person }) {
  const { name } = chat.room
  const text = useChat(({ drafts }) => drafts.get(name) ?? '')
  const words = text.trim()
  const typing = useTyping(chat.room, me)
  const [problem, setProblem] = useState<string>()
  const box = useRef<HTMLTextAreaElement>(null)

  useEffect(() => {
    // Not where that would open a keyboard on the screen.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus()
  }, [])

  function send(event: SubmitEvent | KeyboardEvent) {
    event.preventDefault()
    box.current?.focus()
    if (words === '') return
    if (words.length > MAX_LENGTH)
      return setProblem(
        `A message has at most ${count.format(MAX_LENGTH)} characters; this one has ${count.format(words.length)}.`,
      )
    if (chat.isFull) return setProblem('Too many messages wait already: send this one when the connection is back.')
    typing.say(false)
    chat.send(words)
    draft(name, '')
  }
  function onKeyDown(event: KeyboardEvent) {
    // An input method takes Enter for itself while it composes.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event)
  }

  return (
    <form className="composer" onSubmit={send} noValidate>
      <TypingLine names={typing.names} />
      <div className="field">
        <textarea
          ref={box}
          rows={1}
          aria-label="Message"
          placeholder={`Message #${name}`}
          enterKeyHint="send"
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby="message-problem"
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            draft(name, target.value)
            setProblem(undefined)
            typing.say(target.value.trim() !== '')
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
