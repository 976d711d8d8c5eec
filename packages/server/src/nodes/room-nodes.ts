import { RoomfulError } from '@roomful/contract'
import type { WireUser } from '@roomful/contract/protocol'
import type { Metrics } from '../metrics/metrics.ts'
import type { Report } from '../report.ts'
import { readState } from '../rooms/members/member-state.ts'
import { FrameQueue } from './frame-queue.ts'
import { MemberWrites } from './member-writes.ts'
import type { NodeLinks } from './node-links.ts'
import type { GoneMember, Nodes, RoomListeners } from './nodes.ts'
import { readFrames, type RoomFrame } from './room-frames.ts'

export interface RoomNodesParts {
  readonly links: NodeLinks
  readonly metrics: Metrics
  readonly report: Report
  /** How many members of a room are listed. */
  readonly maxMembers: number
  /** How long a lost connection counts, in milliseconds. */
  readonly graceMs: number
  readonly onJoin?: ((room: string, user: WireUser) => void) | undefined
  readonly onLeave?: ((room: string, user: WireUser) => void) | undefined
  /** Whether another node is known to have the user in the room. */
  readonly isElsewhere: (room: string, userId: string) => boolean
}

interface FrameListeners extends Pick<RoomListeners, 'onMembers'> {
  readonly onFrame: (frame: RoomFrame, from: string) => void
}

/** What the rooms of this process need to reach those of other nodes. */
export class RoomNodes {
  readonly nodes: Nodes
  readonly maxMembers: number
  readonly graceMs: number
  readonly writes: MemberWrites
  readonly frames: FrameQueue
  readonly #report: Report
  #hasReportedUnreadable = false

  constructor({ links, metrics, report, maxMembers, graceMs, ...hooks }: RoomNodesParts) {
    const { nodes } = links
    this.nodes = nodes
    this.maxMembers = maxMembers
    this.graceMs = graceMs
    this.#report = report
    this.writes = new MemberWrites({ nodes, onError: this.onError, ...hooks })
    this.frames = new FrameQueue({ nodes, metrics, onError: this.onError })
    const onMemberGone = ({ room, userId, state }: GoneMember): void => {
      const user = readState(state, userId)?.user
      if (user !== undefined) hooks.onLeave?.(room, user)
    }
    links.add({ onMemberGone })
  }

  /** The name of this node. */
  get id(): string {
    return this.nodes.id
  }

  /** The listeners get what other nodes send to the room, and the changes of its members. */
  async subscribe(room: string, { onFrame, onMembers }: FrameListeners): Promise<() => void> {
    const onMessage = (text: string, from: string): void => {
      const frames = readFrames(text)
      if (frames === undefined) this.reportUnreadable(room)
      else for (const frame of frames) onFrame(frame, from)
    }
    return await this.nodes.subscribe(room, { onMessage, onMembers })
  }

  readonly onError = (error: unknown, room: string): void => this.#report(error, { during: 'nodes', room })

  /** Reports once that another node sends what this one cannot read. */
  reportUnreadable(room: string): void {
    if (this.#hasReportedUnreadable) return
    this.#hasReportedUnreadable = true
    const sentence =
      'another node sends members, typing or volatile events in a form that this version of @roomful/server cannot read; they are ignored'
    this.onError(new RoomfulError('UNSUPPORTED', sentence), room)
  }
}
