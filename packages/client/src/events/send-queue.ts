import { RoomfulError } from '@roomful/contract'

/** Something to send as soon as that is allowed. */
export interface Waiting {
  readonly event: string
  /** Sends it; false where the connection has just gone away, so that it waits on. */
  send(): boolean
  /** It waits: whatever the app does to its data from now on must not change it. Throws for what cannot be encoded. */
  keep(): void
  /** Never sent, and never will be. */
  drop(error: RoomfulError): void
}

/** What waits for the connection, in order, up to a bound; opened after each connect, when the rooms are joined again. */
export class SendQueue {
  readonly #limit: number
  /** A set keeps the order in which things were added, and removes any of them at once. */
  readonly #waiting = new Set<Waiting>()
  #isOpen = false
  /** Numbers openings and closings: sending may itself end the connection. */
  #turn = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Sends, or keeps for later; throws `QUEUE_FULL` rather than grow for ever. Returns whether it was sent. */
  add(item: Waiting): boolean {
    if (this.#isOpen && item.send()) return true
    if (this.#waiting.size >= this.#limit)
      throw new RoomfulError(
        'QUEUE_FULL',
        `"${item.event}" was not sent: ${this.#limit} emits already wait for the connection (queueLimit)`,
      )
    item.keep()
    this.#waiting.add(item)
    return false
  }

  remove(item: Waiting): void {
    this.#waiting.delete(item)
  }

  open(): void {
    const turn = ++this.#turn
    for (const item of this.#waiting) {
      if (!sendOrDrop(item)) return
      this.#waiting.delete(item)
      if (turn !== this.#turn) return
    }
    this.#isOpen = true
  }

  close(): void {
    this.#turn += 1
    this.#isOpen = false
  }

  clear(error: RoomfulError): void {
    const dropped = [...this.#waiting]
    this.#waiting.clear()
    for (const item of dropped) item.drop(error)
  }
}

/** What cannot be sent at all must not hold up what waits behind it. */
function sendOrDrop(item: Waiting): boolean {
  try {
    return item.send()
  } catch (error) {
    item.drop(error as RoomfulError)
    return true
  }
}
