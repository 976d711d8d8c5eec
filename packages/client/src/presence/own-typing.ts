const REPEAT_MS = 3_000
const END_MS = 5_000

interface OwnTyping {
  keystroke(): void
  stop(): void
  /** The same where the others know it already; whether we were typing. */
  end(): boolean
}

/** Our own typing: what to say, and when. `say` answers whether it could be said; one timer runs while we type. */
export function createOwnTyping(say: (typing: boolean) => boolean): OwnTyping {
  let keyAt = 0
  let saidAt = 0
  /** Running while the others believe that we type. */
  let timer: ReturnType<typeof setTimeout> | undefined

  const end = (): boolean => {
    const wasTyping = timer !== undefined
    clearTimeout(timer)
    timer = undefined
    return wasTyping
  }
  const start = (now: number): void => {
    end()
    if (!say(true)) return
    saidAt = now
    timer = setTimeout(check, REPEAT_MS)
  }
  const check = (): void => {
    const now = performance.now()
    if (keyAt > saidAt) start(now)
    else if (now < keyAt + END_MS) timer = setTimeout(check, keyAt + END_MS - now)
    else if (end()) say(false)
  }

  return {
    keystroke() {
      keyAt = performance.now()
      if (timer === undefined || keyAt >= saidAt + REPEAT_MS) start(keyAt)
    },
    stop() {
      if (end()) say(false)
    },
    end,
  }
}
