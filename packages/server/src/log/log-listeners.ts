import type { Appended, LogListener } from './log.ts'

interface Call {
  readonly room: string
  readonly appended: Appended
}

/** The listeners of the rooms' logs in this process. */
export class LogListeners {
  /** Each subscription is an object of its own, since a listener may subscribe twice. */
  readonly #ofRoom = new Map<string, Set<{ readonly listener: LogListener }>>()
  readonly #waiting: Call[] = []
  #isCalling = false

  add(room: string, listener: LogListener): () => void {
    const ofRoom = this.#ofRoom.get(room) ?? new Set()
    const subscription = { listener }
    this.#ofRoom.set(room, ofRoom.add(subscription))
    return () => {
      ofRoom.delete(subscription)
      if (ofRoom.size === 0 && this.#ofRoom.get(room) === ofRoom) this.#ofRoom.delete(room)
    }
  }

  has(room: string): boolean {
    return this.#ofRoom.has(room)
  }

  /** Calls the room's listeners. A listener may write to the log: the next call comes after all listeners had this one. */
  call(room: string, appended: Appended): void {
    if (appended.entries.length === 0 || !this.#ofRoom.has(room)) return
    this.#waiting.push({ room, appended })
    if (this.#isCalling) return
    this.#isCalling = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      for (const { listener } of this.#ofRoom.get(next.room) ?? []) callOne(listener, next.appended)
    this.#isCalling = false
  }
}

/** An error of a listener is a warning: the entries are stored. */
function callOne(listener: LogListener, appended: Appended): void {
  try {
    listener(appended)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)))
  }
}
