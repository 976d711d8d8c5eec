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
  /** Members that missed a message, or had one twice. */
  readonly incomplete: number
  /** Members that had another order than the first one that had the messages. */
  readonly misordered: number
}

/** A server, or several that are nodes, and many members of their rooms in this process. */
export class RawRoom {
  readonly servers: readonly BenchServer[]
  readonly members: RawConnection[] = []
  readonly protocol: RawProtocol

  /** `nodes`: how many servers there are. Members connect to them by turns. */
  static async start(kind: ServerKind, size: number, settings: ServerSettings = {}, nodes = 1): Promise<RawRoom> {
    const servers: BenchServer[] = []
    for (let n = 0; n < nodes; n += 1) servers.push(await startServer(kind, { pings: false, ...settings }))
    const room = new RawRoom(servers, rawProtocols[kind]())
    await room.grow(size)
    return room
  }

  private constructor(servers: readonly BenchServer[], protocol: RawProtocol) {
    this.servers = servers
    this.protocol = protocol
  }

  /** The first one. */
  get server(): BenchServer {
    return this.servers[0] as BenchServer
  }

  /** The CPU time of all servers, in ms. */
  async cpuMs(): Promise<number> {
    const times = await Promise.all(this.servers.map((server) => server.request('cpu')))
    return times.reduce((sum, ms) => sum + ms, 0)
  }

  /** Connects this number of further members. */
  async grow(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const index = this.members.length
      const { port } = this.servers[index % this.servers.length] as BenchServer
      this.members.push(await RawConnection.open(port, { id: `user ${index}` }))
    }
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
    const incomplete = positions.filter((position) => position !== messages).length
    return { seconds, latencies, incomplete, misordered: misplaced.size }
  }
}
