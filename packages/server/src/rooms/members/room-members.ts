import { randomInt } from 'node:crypto'
import type { WireMember } from '@roomful/contract/protocol'
import { Members, type Merge, type Snapshot } from './members.ts'
import type { MembersChange } from './published-members.ts'
import type { SocketIoSocket } from '../../socket-io.ts'
import type { Stamps } from './stamps.ts'

/** Sends a change to the room: to all but one socket where `except` is given, and to one socket alone where `only` is. */
export type SendChange = (
  change: MembersChange,
  to: { readonly except?: SocketIoSocket | undefined; readonly only?: SocketIoSocket },
) => void

/** The members of a room, and the timer that sends their changes. */
export class RoomMembers {
  /** To be read only: `update` changes them. */
  readonly members: Members
  readonly #send: SendChange
  #timer: NodeJS.Timeout | undefined
  /** When the timer fires. */
  #dueAt = Infinity
  #isStopped = false

  /** `stamps`: there may be other nodes. */
  constructor(limit: number, send: SendChange, merge?: Merge, stamps?: Stamps) {
    // S15: random and high, so that no delta of an earlier process fits.
    this.members = new Members(randomInt(2 ** 32, 2 ** 47), limit, merge, stamps)
    this.#send = send
  }

  get count(): number {
    return this.members.count
  }

  get isPartial(): boolean {
    return this.members.isPartial
  }

  /** Changes the members, and sends what is due now. `except`: a socket that enters gets a snapshot instead. */
  update<T>(change: (members: Members) => T, except?: SocketIoSocket): T {
    const result = change(this.members)
    if (this.#isStopped) return result
    const now = performance.now()
    const due = this.members.takeChange(now)
    if (due !== undefined) this.#send(due, { except })
    for (const { sockets, change: own } of this.members.takeOwnChanges(now))
      for (const only of sockets) this.#send(own, { only: only as SocketIoSocket })
    this.#schedule(now)
    return result
  }

  snapshot(userId: string): Snapshot {
    return this.members.snapshot(userId)
  }

  all(): readonly WireMember[] {
    return this.members.all()
  }

  /** A large room changes often: its timer stays where it is early enough. */
  #schedule(now: number): void {
    const { nextChangeAt } = this.members
    if (nextChangeAt === this.#dueAt) return
    clearTimeout(this.#timer)
    this.#dueAt = nextChangeAt
    if (nextChangeAt === Infinity) return
    const fire = (): void => {
      this.#dueAt = Infinity
      this.update(() => {})
    }
    this.#timer = setTimeout(fire, Math.ceil(nextChangeAt - now))
  }

  /** Sends no more changes. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }
}
