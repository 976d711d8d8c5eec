import { roomNameSchema } from '@roomful-demo/chat-contract'
import { type SubmitEvent, useState } from 'react'
import { useSocket } from '../realtime.ts'
import { sentence } from '../sentences.ts'
import { openRoom } from '../use-current-room.ts'
import { Icon } from './icon.tsx'

export function NewRoom() {
  const { emitWithAck } = useSocket()
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string>()
  const [isBusy, setIsBusy] = useState(false)

  async function create(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy) return
    if (!roomNameSchema.safeParse(name).success)
      return setProblem('A room’s name has 1 to 40 visible characters, the first not $.')
    setIsBusy(true)
    try {
      const room = await emitWithAck('create_room', { name })
      setName('')
      openRoom(room.name)
    } catch (error) {
      setProblem(sentence((error as Error).message))
    } finally {
      setIsBusy(false)
    }
  }

  return (
    <form className="new-room" onSubmit={create} noValidate>
      <div className="field">
        <input
          aria-label="New room"
          placeholder="New room"
          autoComplete="off"
          value={name}
          aria-invalid={problem !== undefined}
          aria-describedby="new-room-problem"
          onChange={(event) => {
            setName(event.target.value)
            setProblem(undefined)
          }}
        />
        <button type="submit" className="icon-button" aria-label="Create room" title="Create room" aria-busy={isBusy}>
          <Icon name="plus" />
        </button>
      </div>
      <p id="new-room-problem" className="problem" role="alert">
        {problem}
      </p>
    </form>
  )
}
