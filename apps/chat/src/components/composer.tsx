import type { Room } from '@roomful/client'
import { useTyping } from '@roomful/react'
import { type chat, MAX_TEXT_LENGTH } from '@roomful-demo/chat-contract'
import { type KeyboardEvent, type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { setDraft, useChat } from '../chat-store.ts'
import { useSocket } from '../realtime.ts'
import { Icon } from './icon.tsx'
import { OutboxLine } from './outbox-line.tsx'
import { TypingLine } from './typing-line.tsx'

/** Longer texts show the number of characters. */
const COUNT_FROM_LENGTH = MAX_TEXT_LENGTH - 200
const count = new Intl.NumberFormat('en')

export function Composer({ room }: { readonly room: Room<typeof chat> }) {
  const name = String(room.name)
  const { status } = useSocket()
  const text = useChat(({ drafts }) => drafts.get(name) ?? '')
  const trimmed = text.trim()
  const { typing, keystroke, stop } = useTyping(room)
  const [problem, setProblem] = useState<string>()
  const problemId = useId()
  const box = useRef<HTMLTextAreaElement>(null)

  useEffect(() => {
    // On a touch screen, focus would open the keyboard.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus()
  }, [])

  function send(event: SubmitEvent | KeyboardEvent) {
    event.preventDefault()
    box.current?.focus()
    if (trimmed === '') return
    if (trimmed.length > MAX_TEXT_LENGTH)
      return setProblem(
        `A message has at most ${count.format(MAX_TEXT_LENGTH)} characters; this one has ${count.format(trimmed.length)}.`,
      )
    if (status === 'disconnected') return setProblem('Not connected: reconnect first.')
    stop()
    room.send({ text: trimmed }).catch(() => {}) // the message log shows the message and any error
    setDraft(name, '')
  }
  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes text, Enter belongs to the input method.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event)
  }

  return (
    <form className="composer" onSubmit={send} noValidate>
      <TypingLine names={typing.map((user) => user.name)} />
      <div className="field">
        <textarea
          ref={box}
          rows={1}
          aria-label="Message"
          placeholder={`Message #${name}`}
          enterKeyHint="send"
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby={problemId}
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            setDraft(name, target.value)
            setProblem(undefined)
            if (target.value.trim() === '') stop()
            else keystroke()
          }}
        />
        <button type="submit" className="button send">
          <span>Send</span> <Icon name="send" />
        </button>
      </div>
      <p className="below">
        <span id={problemId} className="problem" role="alert">
          {problem}
        </span>
        <OutboxLine />
        {trimmed.length > COUNT_FROM_LENGTH && (
          <span className={trimmed.length > MAX_TEXT_LENGTH ? 'count over' : 'count'}>
            {count.format(trimmed.length)} / {count.format(MAX_TEXT_LENGTH)}
          </span>
        )}
      </p>
    </form>
  )
}
