import { setTimeout as pause } from 'node:timers/promises'
import { NumberReader } from './numbered-text.ts'
import { RawConnection } from './raw-connection.ts'
import { rawProtocols, type RawProtocol } from './raw-protocols.ts'
import { startServer, type BenchServer, type ServerKind } from './bench-server.ts'
import type { ServerSettings } from './serve.ts'

/** Every tenth member measures when a message arrives. */
const SAMPLED = 10
const STALLED_MS = 30_000

/** The result of one run. Times in milliseconds. */
export interface Sent {
  readonly seconds: number
  readonly latencies: readonly number[]
  /** Members that missed a message, had one twice, or had another order than the others. */
  readonly wrongMembers: number
}

/** A server, and many members of its rooms in this process. */
export class RawRoom {
  readonly server: BenchServer
  readonly members: RawConnection[] = []
  readonly protocol: RawProtocol

  static async start(kind: ServerKind, size: number, settings: ServerSettings = {}): Promise<RawRoom> {
    const room = new RawRoom(await startServer(kind, { pings: false, ...settings }), rawProtocols[kind]())
    await room.grow(size)
    return room
  }

  private constructor(server: BenchServer, protocol: RawProtocol) {
    this.server = server
    this.protocol = protocol
  }

  /** Connects this number of further members. */
  async grow(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) this.members.push(await this.connect(`user ${this.members.length}`))
  }

  /** One more connection, which is not one of `members`. */
  connect(id: string): Promise<RawConnection> {
    return RawConnection.open(this.server.port, { id })
  }

  /** The members from the given one on join a room, one after the other. */
  async join(room: string, readsPacks: (index: number) => boolean, from = 0): Promise<void> {
    for (const [index, member] of this.members.entries())
      if (index >= from) await this.protocol.join(member, room, readsPacks(index))
  }

  /** Sends messages, each from another member: `inFlight` at a time, until each member has each of them. */
  async send(room: string, messages: number, inFlight: number): Promise<Sent> {
    const { members } = this
    const sentAt = new Float64Array(messages)
    const arrivals = new Uint32Array(messages)
    const latencies: number[] = []
    /** The order in which the messages arrive at the first member that has them. */
    const order: number[] = []
    const positions = members.map(() => 0)
    const misplaced = new Set<number>()
    let [sent, arrived] = [0, 0]
    const free = members.slice(0, inFlight)
    const senders: RawConnection[] = []
    const sendNext = (): void => {
      for (const sender of free.splice(0)) {
        if (sent === messages) return
        senders[sent] = sender
        sentAt[sent] = performance.now()
        this.protocol.send(sender, room, sent)
        sent += 1
      }
    }
    await new Promise<void>((resolve, reject) => {
      const watch = setInterval(() => {
        if (performance.now() - (sentAt[sent - 1] ?? 0) > STALLED_MS)
          reject(
            new Error(`${arrived} of ${messages} messages reached all of ${members.length} members, and no more came`),
          )
      }, 1_000)
      for (const [index, member] of members.entries()) {
        const reader = new NumberReader((number) => {
          const position = positions[index] ?? 0
          if (position === order.length) order.push(number)
          else if (order[position] !== number) misplaced.add(index)
          positions[index] = position + 1
          if (index % SAMPLED === 0) latencies.push(performance.now() - (sentAt[number] ?? 0))
          arrivals[number] = (arrivals[number] ?? 0) + 1
          if (arrivals[number] !== members.length) return
          arrived += 1
          free.push(senders[number] as RawConnection)
          if (free.length === 1) setImmediate(sendNext)
          if (arrived < messages) return
          clearInterval(watch)
          resolve()
        })
        member.read((chunk) => reader.read(chunk))
      }
      sendNext()
    })
    const seconds = (performance.now() - (sentAt[0] ?? 0)) / 1_000
    await pause(20) // for a message that comes twice
    for (const [index, position] of positions.entries()) if (position !== messages) misplaced.add(index)
    return { seconds, latencies, wrongMembers: misplaced.size }
  }
}
