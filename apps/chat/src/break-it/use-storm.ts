import type { Room } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useEffect, useState } from 'react'

/** The server takes 50 messages a second from each user, so that this is half of what one may send. */
const PER_SECOND = 25
const SECONDS = 10

/** Sends messages to the room for ten seconds, and measures how many frames a second the page draws. */
export function useStorm(room: Room<typeof chat> | undefined) {
  const [isRunning, setIsRunning] = useState(false)
  const [framesPerSecond, setFramesPerSecond] = useState<number>()

  useEffect(() => {
    if (!isRunning || !room) return
    let sent = 0
    const sending = setInterval(() => {
      sent += 1
      room.send({ text: `Storm: message ${sent}` }).catch(() => {}) // the message log shows the message and any error
      if (sent === PER_SECOND * SECONDS) setIsRunning(false)
    }, 1_000 / PER_SECOND)
    let frames = 0
    let since = performance.now()
    let frame = requestAnimationFrame(function count(now) {
      frames += 1
      if (now - since >= 1_000) {
        setFramesPerSecond(Math.round((frames * 1_000) / (now - since)))
        frames = 0
        since = now
      }
      frame = requestAnimationFrame(count)
    })
    return () => {
      clearInterval(sending)
      cancelAnimationFrame(frame)
    }
  }, [isRunning, room])

  return { isRunning, framesPerSecond, toggle: () => setIsRunning(!isRunning) }
}
