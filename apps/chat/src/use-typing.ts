import type { Room } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Person } from './people.ts'
import { useEvent } from './realtime.ts'

const SAY_EVERY_MS = 2000
/** Whoever has not said for so long that they type has stopped. */
const EXPIRES_AFTER_MS = 5000

/** Who is typing, by name, and `say` to tell the others that we are. Volatile events: a lost one harms nobody. */
export function useTyping(room: Room<typeof chat>, me: Person) {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())
  const lastSaid = useRef(0)

  const stopped = useCallback((id: string) => {
    clearTimeout(timers.current.get(id))
    timers.current.delete(id)
    setNames((before) => (before.has(id) ? new Map([...before].filter(([other]) => other !== id)) : before))
  }, [])

  useEvent(room, 'typing', ({ typing }, { from }) => {
    if (!from || from.id === me.id) return
    if (!typing) return stopped(from.id)
    clearTimeout(timers.current.get(from.id))
    timers.current.set(
      from.id,
      setTimeout(() => stopped(from.id), EXPIRES_AFTER_MS),
    )
    setNames((before) => new Map(before).set(from.id, from.name))
  })
  useEvent(room, 'message', (_, { from }) => {
    if (from) stopped(from.id)
  })
  useEffect(() => {
    const running = timers.current
    return () => running.forEach(clearTimeout)
  }, [])

  const say = useCallback(
    (typing: boolean) => {
      const now = Date.now()
      if (typing ? now - lastSaid.current < SAY_EVERY_MS : lastSaid.current === 0) return
      lastSaid.current = typing ? now : 0
      room.volatile.emit('typing', { typing })
    },
    [room],
  )
  useEffect(() => () => say(false), [say])

  return { names: [...names.values()], say }
}
