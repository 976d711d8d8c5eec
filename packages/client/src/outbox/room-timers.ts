/** One wait a room, with jitter, so that not all who were told to wait come back at once. */
export class RoomTimers {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()

  start(room: string, ms: number, over: () => void): void {
    this.stop(room)
    const done = (): void => {
      this.#timers.delete(room)
      over()
    }
    this.#timers.set(room, setTimeout(done, ms * (1 + Math.random() / 2)))
  }

  stop(room: string): void {
    clearTimeout(this.#timers.get(room))
    this.#timers.delete(room)
  }
}
