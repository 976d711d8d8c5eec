const REPEAT_MS = 3_000
const END_MS = 5_000

interface OwnTyping {
  keystroke(who: object): void
  stop(who: object): void
  /** Nobody types here any more. */
  end(): void
}

/**
 * Our own typing, by whoever types here: what to say, and when. `say` answers whether it could be said; one timer runs
 * while we type.
 */
export function createOwnTyping(say: (typing: boolean) => boolean): OwnTyping {
  /** When each hit a key last, of those who have not stopped. */
  const keys = new Map<object, number>()
  let saidAt = 0
  /** Running while the others believe that we type. */
  let timer: ReturnType<typeof setTimeout> | undefined

  const keyAt = (): number => Math.max(...keys.values())
  const restMs = (): number => keyAt() + END_MS - performance.now()
  const forget = (): void => {
    keys.clear()
    clearTimeout(timer)
    timer = undefined
  }
  const takeBack = (): void => {
    forget()
    say(false)
  }
  const start = (): void => {
    if (!say(true)) return forget()
    saidAt = performance.now()
    clearTimeout(timer)
    timer = setTimeout(check, REPEAT_MS)
  }
  const check = (): void => {
    if (keyAt() > saidAt) start()
    else if (restMs() > 0) timer = setTimeout(check, restMs())
    else takeBack()
  }

  return {
    keystroke(who) {
      const now = performance.now()
      keys.set(who, now)
      if (timer === undefined || now >= saidAt + REPEAT_MS) start()
    },
    stop(who) {
      keys.delete(who)
      if (timer !== undefined && restMs() <= 0) takeBack()
    },
    end() {
      if (timer !== undefined) takeBack()
    },
  }
}
