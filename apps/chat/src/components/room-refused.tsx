import type { RoomfulError } from '@roomful/client'
import { useEffect, useRef } from 'react'
import { sentence } from '../sentences.ts'
import { closeRoom } from '../use-current-room.ts'

interface Props {
  readonly name: string
  readonly error: RoomfulError
  readonly onTryAgain: () => void
}

export function RoomRefused({ name, error, onTryAgain }: Props) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <main className="no-room">
      <h1 ref={title} tabIndex={-1}>
        You did not get into #<bdi>{name}</bdi>
      </h1>
      <p role="alert">{sentence(error.message)}</p>
      <p className="actions">
        <button type="button" className="button" onClick={closeRoom}>
          Pick another room
        </button>
        <button type="button" className="button quiet" onClick={onTryAgain}>
          Try again
        </button>
      </p>
    </main>
  )
}
