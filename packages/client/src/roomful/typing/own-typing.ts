/** While keystrokes go on, the room is told again after this time. */
const REPEAT_MS = 3_000
/** This long after the last keystroke, the room is told that the user has stopped. */
const END_MS = 5_000

interface OwnTyping {
  keystroke(input: object): void
  /** The input was sent, emptied or closed. */
  stop(input: object): void
  /** The room is not joined any more. */
  end(): void
}

/**
 * When to tell a room that its user types, over all inputs of the room. `send` returns whether the sign could be sent. One
 * timer runs while the user types.
 */
export function createOwnTyping(send: (isTyping: boolean) => boolean): OwnTyping {
  /** By input that has not stopped: the time of its last keystroke. */
  const keystrokes = new Map<object, number>()
  let sentAt = 0
  /** Runs while other members see the user type. */
  let timer: ReturnType<typeof setTimeout> | undefined

  const lastKeystroke = (): number => Math.max(...keystrokes.values())
  const remainingMs = (): number => lastKeystroke() + END_MS - performance.now()
  const reset = (): void => {
    keystrokes.clear()
    clearTimeout(timer)
    timer = undefined
  }
  const sendStop = (): void => {
    reset()
    send(false)
  }
  const sendStart = (): void => {
    if (!send(true)) return reset()
    sentAt = performance.now()
    clearTimeout(timer)
    timer = setTimeout(check, REPEAT_MS)
  }
  const check = (): void => {
    if (lastKeystroke() > sentAt) sendStart()
    else if (remainingMs() > 0) timer = setTimeout(check, remainingMs())
    else sendStop()
  }

  return {
    keystroke(input) {
      const now = performance.now()
      keystrokes.set(input, now)
      if (timer === undefined || now >= sentAt + REPEAT_MS) sendStart()
    },
    stop(input) {
      keystrokes.delete(input)
      if (timer !== undefined && remainingMs() <= 0) sendStop()
    },
    end() {
      if (timer !== undefined) sendStop()
    },
  }
}
