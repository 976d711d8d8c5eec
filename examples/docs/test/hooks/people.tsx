import { useMembers, useOthers, usePresence, useSelf, useTyping } from '@roomful/react'
import { useRoom } from './roomful.ts'

export function People({ name }: { name: string }) {
  const { room } = useRoom(name)
  const all = useMembers(room, (members) => members.size)
  const others = useOthers(room, (members) => members.size)
  const status = useSelf(room, (self) => self?.presence?.status) // as the others see it
  const { set } = usePresence(room) // as this page sets it
  const { typing, keystroke } = useTyping(room)
  return (
    <fieldset>
      <legend>{`${others} others of ${all}, ${typing.length} typing, I am ${status ?? 'here'}`}</legend>
      <button onClick={() => set({ status: 'away' })}>Away</button>
      <input aria-label="Message" onChange={keystroke} />
    </fieldset>
  )
}
