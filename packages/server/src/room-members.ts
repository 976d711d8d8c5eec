import { randomInt } from 'node:crypto'
import type { WireMember } from '@roomful/contract/protocol'
import type { RoomsSocket } from './host.ts'
import { Members, type MembersChange, type Merge } from './members.ts'

/** Tells the room; all but one socket, where one is named. */
export type TellMembers = (change: MembersChange, except?: RoomsSocket) => void

/** The members of a room, and the timer by which what waits is told. */
export class RoomMembers {
  readonly #members: Members
  readonly #tell: TellMembers
  #timer: NodeJS.Timeout | undefined

  constructor(tell: TellMembers, merge?: Merge) {
    // S15: random and high, so that what an earlier process said never fits.
    this.#members = new Members(randomInt(2 ** 32, 2 ** 47), merge)
    this.#tell = tell
  }

  /** Changes the members and tells what is due; whoever has just entered gets a snapshot instead. */
  change(make: (members: Members) => void, except?: RoomsSocket): void {
    make(this.#members)
    clearTimeout(this.#timer)
    const now = performance.now()
    const change = this.#members.due(now)
    if (change !== undefined) this.#tell(change, except)
    const waitMs = this.#members.dueAt - now
    if (waitMs < Infinity) this.#timer = setTimeout(() => this.change(() => {}), Math.ceil(waitMs))
  }

  snapshot(): { readonly v: number; readonly list: readonly WireMember[] } {
    return this.#members.snapshot()
  }

  /** What waits is told no more. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
