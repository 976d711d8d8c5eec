import type { EarlierEpoch, LogHead, LogPosition } from '../../log/log-entry.ts'

interface Known {
  readonly users: number
  readonly position: LogPosition
  /** undefined where only the position was read since the epoch began. */
  readonly lineage: readonly EarlierEpoch[] | undefined
}

const NOTHING: LogPosition = { epoch: '', head: 0, count: 0 }

/** How far this process has seen the logs of the rooms in use: a log that is behind has lost entries. */
export class KnownHeads {
  readonly #rooms = new Map<string, Known>()

  use(room: string): void {
    const { users, position, lineage } = this.#rooms.get(room) ?? { users: 0, position: NOTHING, lineage: undefined }
    this.#rooms.set(room, { users: users + 1, position, lineage })
  }

  release(room: string): void {
    const known = this.#rooms.get(room)
    if (known === undefined) return
    if (known.users === 1) this.#rooms.delete(room)
    else this.#rooms.set(room, { ...known, users: known.users - 1 })
  }

  /** Answers and messages may come in another order. */
  note(room: string, { epoch, head, count, lineage }: LogPosition & Partial<LogHead>): void {
    const known = this.#rooms.get(room)
    if (known === undefined) return
    const isSame = known.position.epoch === epoch
    const position = isSame && known.position.head >= head ? known.position : { epoch, head, count }
    this.#rooms.set(room, { users: known.users, position, lineage: lineage ?? (isSame ? known.lineage : undefined) })
  }

  argumentsOf(room: string): [epoch: string, head: number] {
    const { epoch, head } = this.#rooms.get(room)?.position ?? NOTHING
    return [epoch, head]
  }

  /** undefined where it is not known whole. */
  headOf(room: string): LogHead | undefined {
    const known = this.#rooms.get(room)
    if (known?.lineage === undefined) return undefined
    const { epoch, head, count } = known.position
    return { epoch, head, count, lineage: known.lineage }
  }
}
