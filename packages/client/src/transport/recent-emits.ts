/** `mayBeSent`: the event may have arrived. */
export type OnLost = (mayBeSent: boolean) => void

/** Events that were sent so long before the server's last packet are taken as arrived. */
const SETTLED_MS = 1_000
const MAX_EMITS = 1_000

/** The events of one client that may be lost with the connection: the server confirms none of them. */
export class RecentEmits {
  #emits: { readonly at: number; readonly onLost: OnLost }[] = []

  /** `receivedAt`: when the server's last packet came. */
  add(onLost: OnLost, receivedAt: number): void {
    const settledAt = receivedAt - SETTLED_MS
    while (this.#emits.length >= MAX_EMITS || (this.#emits[0]?.at ?? Infinity) < settledAt) this.#emits.shift()
    this.#emits.push({ at: Date.now(), onLost })
  }

  /** Those that may not have arrived; none is kept. */
  take(receivedAt: number): OnLost[] {
    const recent = this.#emits.filter(({ at }) => at >= receivedAt - SETTLED_MS)
    this.#emits = []
    return recent.map(({ onLost }) => onLost)
  }
}
