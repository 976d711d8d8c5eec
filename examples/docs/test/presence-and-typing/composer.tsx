import type { Room } from '@roomful/client'
import { useTyping } from '@roomful/react'
import type { KeyboardEvent } from 'react'
import type { chat } from './contract.ts'

export function Composer({ room }: { room: Room<typeof chat> }) {
  const { typing, keystroke, stop } = useTyping(room)
  const onKeyDown = ({ key, currentTarget }: KeyboardEvent<HTMLInputElement>) => {
    if (key !== 'Enter') return
    void room.send({ text: currentTarget.value })
    stop()
  }
  return (
    <label>
      {typing.length > 0 ? `${typing.map(({ id }) => id).join(', ')} typing` : 'Message'}
      <input onChange={({ target }) => (target.value ? keystroke() : stop())} onKeyDown={onKeyDown} />
    </label>
  )
}
