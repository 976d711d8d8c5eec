/** Calls a function in the next turn of the event loop. In a page, which has no `setImmediate`, by a timer. */
export const inNextTurn: (run: () => void) => void =
  typeof setImmediate === 'function' ? setImmediate : (run) => setTimeout(run)

/** Numbers the turns of the event loop. */
export class TurnCounter {
  #turn = 1
  #isCurrent = false

  current(): number {
    if (!this.#isCurrent) {
      this.#isCurrent = true
      inNextTurn(() => {
        this.#isCurrent = false
        this.#turn += 1
      })
    }
    return this.#turn
  }
}
