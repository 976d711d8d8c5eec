import type { Appended, LogEntry, LogHead, Page, PageRequest, SenderRow, SettledBatch } from '@roomful/server'
import { nextEpochs, placeAfter } from './server-sources.ts'
import { PAGE, ROOMS, WINDOW } from './frames.ts'

/** How many earlier moments a lagging replica may have. */
const MAX_MOMENTS = 8

/** A room of the log at one moment. A later moment has a copy. */
interface RoomState extends LogHead {
  readonly first: number
  /** Of the epoch. A log that has gone back has fewer of them, up to its head. */
  readonly entries: LogEntry[]
  readonly rows: ReadonlyMap<string, SenderRow>
  /** The generation of the log in which the epoch began. */
  readonly generation: number
}

interface Moment {
  readonly version: number
  readonly rooms: readonly RoomState[]
}

/** All that was ever in the log of a room in one epoch. */
interface EpochRecord {
  readonly room: number
  /** How many entries the epoch began with. */
  readonly kept: number
  readonly entries: readonly LogEntry[]
}

/** The log of all rooms: what the nodes share. Its replica may lag, and take its place. */
export class Store {
  /** The first one is that of epoch 1. */
  readonly epochs: EpochRecord[] = []
  /** The last epoch that has ended without any of its entries. */
  lostUpTo = 0
  /** How often a replica was promoted. */
  promotions = 0
  #generation = 0
  #version = 0
  /** The replica has this version at least. */
  #replicated = 0
  #moments: Moment[] = []

  constructor() {
    this.#begin(Array.from({ length: ROOMS }, (_, room) => this.#emptyRoom(room)))
  }

  /** How each step on a room begins: where the log has another generation, the room gets its next epoch. */
  open(room: number): RoomState {
    const state = this.#moments.at(-1)!.rooms[room]!
    if (state.generation === this.#generation) return state
    const { head } = state
    const entries = state.entries.slice(0, head)
    const epochs = nextEpochs(state, head, this.#newEpochOf(room, head, entries))
    return this.#set(room, { ...state, ...epochs, entries, generation: this.#generation })
  }

  /** A row has no epoch, so that reading it begins none. */
  row(room: number, cid: string): SenderRow | undefined {
    return this.#moments.at(-1)!.rooms[room]!.rows.get(cid)
  }

  append(room: number, cid: string, { entries, row }: SettledBatch): Appended {
    const state = this.open(room)
    const { epoch } = state
    const rows = new Map(state.rows)
    if (row) rows.set(cid, row)
    state.entries.push(...entries)
    const place = placeAfter(entries, state)
    this.#set(room, { ...state, ...place, rows })
    return { epoch, ...place, entries }
  }

  page(room: number, request: PageRequest): Page {
    const { epoch, lineage, head, count, first, entries } = this.open(room)
    const after = 'after' in request ? request.after : head
    const from = Math.max(after + 1, first)
    const last = Math.min(head, from - 1 + Math.min(PAGE, request.limit))
    return { epoch, lineage, head, count, first, entries: entries.slice(from - 1, last) }
  }

  /** Every room gets another epoch at its next step, and has lost nothing. */
  newEpoch(): void {
    this.#generation += 1
  }

  /** A replica that lacks so many of the last steps is promoted. */
  failOver(missing: number): void {
    const oldest = this.#moments.findIndex(({ version }) => version >= this.#replicated)
    this.#moments.splice(Math.max(oldest + 1, this.#moments.length - missing))
    this.#generation += 1
    this.promotions += 1
  }

  /** The replica has got everything up to now. */
  replicate(): void {
    this.#replicated = this.#version
  }

  /** The log loses all that it has. With `hasLineage` it knows the epochs that are over. */
  lose(hasLineage: boolean): void {
    this.lostUpTo = this.epochs.length
    const { rooms } = this.#moments.at(-1)!
    this.#begin(
      rooms.map((state, room) => {
        const empty = this.#emptyRoom(room)
        return hasLineage ? { ...empty, ...nextEpochs(state, 0, empty.epoch) } : empty
      }),
    )
  }

  forgetRows(now: number): void {
    for (let room = 0; room < ROOMS; room++) {
      const state = this.open(room)
      const rows = new Map([...state.rows].filter(([, { usedAt }]) => now - usedAt < WINDOW))
      this.#set(room, { ...state, rows })
    }
  }

  trim(room: number, count: number): void {
    const state = this.open(room)
    this.#set(room, { ...state, first: Math.min(state.head + 1, state.first + count) })
  }

  #begin(rooms: readonly RoomState[]): void {
    this.#moments = [{ version: ++this.#version, rooms }]
    this.#replicated = this.#version
  }

  #set(room: number, state: RoomState): RoomState {
    const rooms = this.#moments.at(-1)!.rooms.with(room, state)
    this.#moments.push({ version: ++this.#version, rooms })
    if (this.#moments.length > MAX_MOMENTS) this.#moments.shift()
    return state
  }

  #emptyRoom(room: number): RoomState {
    const entries: LogEntry[] = []
    const epoch = this.#newEpochOf(room, 0, entries)
    return { epoch, lineage: [], head: 0, count: 0, first: 1, entries, rows: new Map(), generation: this.#generation }
  }

  #newEpochOf(room: number, kept: number, entries: LogEntry[]): string {
    this.epochs.push({ room, kept, entries })
    return String(this.epochs.length)
  }
}
