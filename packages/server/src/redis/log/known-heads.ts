import type { LogPosition } from '../../log/log-entry.ts'

interface Known {
  users: number
  epoch: string
  head: number
}

/** How far this process has seen the logs of the rooms in use: a log that is behind has lost entries. */
export class KnownHeads {
  readonly #rooms = new Map<string, Known>()

  use(room: string): void {
    const known = this.#rooms.get(room)
    if (known === undefined) this.#rooms.set(room, { users: 1, epoch: '', head: 0 })
    else known.users += 1
  }

  release(room: string): void {
    const known = this.#rooms.get(room)
    if (known === undefined) return
    known.users -= 1
    if (known.users === 0) this.#rooms.delete(room)
  }

  /** Answers and messages may come in another order. */
  note(room: string, { epoch, head }: Pick<LogPosition, 'epoch' | 'head'>): void {
    const known = this.#rooms.get(room)
    if (known === undefined) return
    if (known.epoch === epoch) known.head = Math.max(known.head, head)
    else Object.assign(known, { epoch, head })
  }

  argumentsOf(room: string): [epoch: string, head: number] {
    const known = this.#rooms.get(room)
    return known === undefined ? ['', 0] : [known.epoch, known.head]
  }
}
