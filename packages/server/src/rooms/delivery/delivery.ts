import { bytesOf, type Entry, type Head, type WireMeta, type WireUser, wire } from '@roomful/contract/protocol'
import { leaveChannel } from '../channels.ts'
import { wireNameOf } from '../inbox.ts'
import { wireEntry } from '../wire-page.ts'
import { inNextTurn } from '../../guard/next-turn.ts'
import type { EarlierEpoch, LogPosition } from '../../log/log-entry.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { PackBuffer, type PackInput } from './pack-buffer.ts'
import { packOf, type SentEvent } from './packs.ts'
import type { Report } from '../../report.ts'
import { channelOf, singlesChannelOf, type SocketIoServer, type SocketIoSocket } from '../../socket-io.ts'

export interface DeliveryParts {
  readonly io: SocketIoServer
  readonly metrics: Metrics
  readonly report: Report
  /** The most bytes of one pack. */
  readonly pageBytes: number
  /** Default: the clock of the process. */
  readonly now?: () => number
}

/** An event that waits to be sent in a pack. */
interface WaitingEvent {
  readonly sent: SentEvent
  /** The sender of a volatile event, which does not get it. */
  readonly sender?: SocketIoSocket
  /** On the last entry of a commit: when the entries came from the log. */
  readonly since?: number
}

// Those of the process, also where a test has replaced them in the page of a mock server.
const { performance: clock, setTimeout: startTimer } = globalThis

/**
 * Sends the events of a room to its members: in packs to those who joined with `packs`, and one by one, at once, to the others.
 * Each packet is encoded once for all who get it.
 */
export class Delivery {
  readonly #room: string
  readonly #channel: string
  readonly #singlesChannel: string
  readonly #parts: DeliveryParts
  readonly #packReaders = new Set<SocketIoSocket>()
  readonly #singleReaders = new Set<SocketIoSocket>()
  readonly #buffer: PackBuffer<WaitingEvent>
  readonly #now: () => number
  #epoch: string | undefined

  /** `room` is the name in the log. */
  constructor(room: string, parts: DeliveryParts) {
    this.#room = room
    this.#channel = channelOf(room)
    this.#singlesChannel = singlesChannelOf(room)
    this.#parts = parts
    this.#now = parts.now ?? (() => clock.now())
    const longestEpoch = 'e'.repeat(32)
    this.#buffer = new PackBuffer(parts.pageBytes - bytesOf(packOf(wireNameOf(room), longestEpoch, [])))
  }

  /** Begins to send to the socket, in packs or not, also for a socket that has read the other kind. */
  async enter(socket: SocketIoSocket, packs: boolean): Promise<void> {
    if (packs) {
      if (!this.#packReaders.has(socket)) this.#startPacks(socket)
      await socket.join(this.#channel)
    } else {
      if (this.#packReaders.delete(socket)) this.#sendWaiting(socket)
      this.#singleReaders.add(socket)
      await socket.join([this.#channel, this.#singlesChannel])
    }
  }

  /** Ends delivery. Entries that were committed before are still sent to the socket, before `$out` and `$bye`. */
  leave(socket: SocketIoSocket): void {
    if (this.#packReaders.delete(socket) && socket.conn.readyState === 'open') this.#sendWaiting(socket)
    this.#singleReaders.delete(socket)
    this.#leaveChannel(socket, this.#channel)
    this.#leaveChannel(socket, this.#singlesChannel)
  }

  /** Whether the socket is in a Socket.IO room by its own join. */
  hasInChannel(socket: SocketIoSocket, channel: string): boolean {
    return this.#singleReaders.has(socket) || (channel === this.#channel && this.#packReaders.has(socket))
  }

  /** The log was read, and has this epoch. */
  knowEpoch(epoch: string): void {
    this.#epoch = epoch
  }

  /** Sends entries that follow those sent before. Must not throw: members notice missing entries, and fetch them. */
  sendEntries(epoch: string, entries: readonly Entry[]): void {
    this.#epoch = epoch
    const since = this.#now()
    if (this.#singleReaders.size > 0)
      for (const entry of entries) {
        const { event, data, ...meta } = wireEntry(entry)
        this.#emitSingle(event, data, { $room: wireNameOf(this.#room), epoch, ...meta })
      }
    if (this.#packReaders.size > 0)
      this.#add(
        entries.map((entry, index) => ({
          sent: wireEntry(entry),
          ...(index === entries.length - 1 && { since }),
        })),
        epoch,
      )
    else if (entries.length > 0) this.#parts.metrics.fanOutMs.add(this.#now() - since)
  }

  /** S14: sends an event without the log to all but its sender. */
  relay(event: string, data: unknown, from: WireUser | null, sender?: SocketIoSocket): void {
    const at = Date.now()
    const meta = { $room: wireNameOf(this.#room), from, at }
    if (this.#singleReaders.size > 0) this.#emitSingle(event, data, meta, sender)
    if (this.#packReaders.size > 0) this.#add([{ sent: { event, data, from, at }, ...(sender && { sender }) }])
  }

  /** Sends the head of the log behind the events that wait. */
  sendHead({ epoch, head }: LogPosition, previous?: EarlierEpoch): void {
    this.flush()
    this.#epoch = epoch
    const message: Head = { room: wireNameOf(this.#room), epoch, seq: head, ...(previous && { previous }) }
    this.send(wire.head, message)
  }

  /** Sends to all members, or to all but one, what is no event of the log. Must not throw. */
  send(name: string, message: object, except?: SocketIoSocket): void {
    try {
      ;(except ?? this.#parts.io).local.to(this.#channel).emit(name, message)
    } catch (error) {
      this.#parts.report(error, { during: 'broadcast', room: this.#room })
    }
  }

  /** Sends the events that wait for others. */
  flush(): void {
    this.#step({ type: 'flush', now: this.#now() })
  }

  #startPacks(socket: SocketIoSocket): void {
    // The socket may have read the volatile events that wait, or may not have been here. Logged events may come twice.
    if (this.#buffer.waiting.events.some(({ sent }) => sent.seq === undefined)) this.flush()
    this.#packReaders.add(socket)
    if (this.#singleReaders.delete(socket)) this.#leaveChannel(socket, this.#singlesChannel)
  }

  #emitSingle(event: string, data: unknown, meta: WireMeta, sender?: SocketIoSocket): void {
    try {
      ;(sender ?? this.#parts.io).local.to(this.#singlesChannel).emit(event, data, meta)
    } catch (error) {
      this.#parts.report(error, { during: 'broadcast', room: this.#room, event })
    }
  }

  #add(events: readonly WaitingEvent[], epoch?: string): void {
    const sized = events.flatMap((event) => {
      try {
        return { event, bytes: bytesOf(event.sent) + 1 } // with a comma
      } catch (error) {
        this.#parts.report(error, { during: 'broadcast', room: this.#room, event: event.sent.event })
        return []
      }
    })
    const members = this.#packReaders.size + this.#singleReaders.size
    if (sized.length > 0) this.#step({ type: 'add', events: sized, epoch, members, now: this.#now() })
  }

  #step(input: PackInput<WaitingEvent>): void {
    for (const output of this.#buffer.step(input))
      if (output.type === 'send') this.#send(output.epoch, output.events)
      else if (output.ms === 0) inNextTurn(this.#due)
      else startTimer(this.#due, output.ms)
  }

  readonly #due = (): void => this.#step({ type: 'due', now: this.#now() })

  #send(epoch: string | undefined, events: readonly WaitingEvent[]): void {
    const senders = new Set(events.flatMap(({ sender }) => (sender && this.#packReaders.has(sender) ? [sender] : [])))
    if (this.#packReaders.size > senders.size) {
      const except = Array.from(senders, ({ id }) => id)
      if (this.#singleReaders.size > 0) except.push(this.#singlesChannel)
      const members = this.#parts.io.local.to(this.#channel)
      this.#emitPack(except.length > 0 ? members.except(except) : members, epoch, events)
    }
    for (const sender of senders) this.#sendTo(sender, epoch, events)
    const now = this.#now()
    for (const { since } of events) if (since !== undefined) this.#parts.metrics.fanOutMs.add(now - since)
  }

  #sendWaiting(socket: SocketIoSocket): void {
    const { epoch, events } = this.#buffer.waiting
    this.#sendTo(socket, epoch, events)
  }

  #sendTo(socket: SocketIoSocket, epoch: string | undefined, events: readonly WaitingEvent[]): void {
    const others = events.filter(({ sender }) => sender !== socket)
    if (others.length > 0) this.#emitPack(socket, epoch, others)
  }

  /** `epoch` is undefined where all events are volatile; without a known epoch no member has had an answer to its join. */
  #emitPack(
    to: { emit(event: string, ...args: unknown[]): unknown },
    epoch: string | undefined,
    events: readonly WaitingEvent[],
  ): void {
    const known = epoch ?? this.#epoch
    if (known === undefined) return
    const sent = events.map((event) => event.sent)
    try {
      to.emit(wire.events, packOf(wireNameOf(this.#room), known, sent))
    } catch (error) {
      this.#parts.report(error, { during: 'broadcast', room: this.#room })
    }
  }

  #leaveChannel(socket: SocketIoSocket, name: string): void {
    leaveChannel(socket, { name, room: this.#room }, this.#parts.report)
  }
}
