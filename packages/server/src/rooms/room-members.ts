import { randomInt } from 'node:crypto'
import type { WireMember } from '@roomful/contract/protocol'
import { Members, type MembersChange, type Merge } from './members.ts'
import type { SocketIoSocket } from '../socket-io.ts'

/** Sends a change to the room; to all but one socket, where `except` is given. */
export type SendChange = (change: MembersChange, except?: SocketIoSocket) => void

/** The members of a room, and the timer that sends their changes. */
export class RoomMembers {
  readonly #members: Members
  readonly #send: SendChange
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(send: SendChange, merge?: Merge) {
    // S15: random and high, so that no delta of an earlier process fits.
    this.#members = new Members(randomInt(2 ** 32, 2 ** 47), merge)
    this.#send = send
  }

  get count(): number {
    return this.#members.count
  }

  /** Changes the members, and sends what is due now. `except`: a socket that enters gets a snapshot instead. */
  update<T>(change: (members: Members) => T, except?: SocketIoSocket): T {
    const result = change(this.#members)
    if (this.#isStopped) return result
    clearTimeout(this.#timer)
    const now = performance.now()
    const due = this.#members.takeChange(now)
    if (due !== undefined) this.#send(due, except)
    const waitMs = this.#members.nextChangeAt - now
    if (waitMs < Infinity) this.#timer = setTimeout(() => this.update(() => {}), Math.ceil(waitMs))
    return result
  }

  snapshot(): { readonly v: number; readonly list: readonly WireMember[] } {
    return this.#members.snapshot()
  }

  /** Sends no more changes. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }
}
