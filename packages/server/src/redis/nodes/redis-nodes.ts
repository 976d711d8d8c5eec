import { randomBytes } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import type {
  MembersPosition,
  NodeInfo,
  NodeOptions,
  Nodes,
  RoomListeners,
  SetMember,
  SharedMembers,
} from '../../nodes/nodes.ts'
import type { RedisConnection } from '../redis-connection.ts'
import { decodeText, encodeText, PARTITIONS } from '../room-keys.ts'
import { Heartbeat, NODE_TIMING, type NodeTiming } from './heartbeat.ts'
import { LIST } from './heartbeat-scripts.ts'
import { decodeChange, decodeMessage, encodeMessage } from './node-frames.ts'
import { NodeKeys } from './node-keys.ts'
import { pairsOf } from './redis-replies.ts'
import { removeEnded } from './remove-ended.ts'
import { type NodeLife, SharedMemberStore } from './shared-members.ts'

export interface RedisNodesOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  /** Settles with the first attempt to connect: a start waits for it. */
  readonly connected?: Promise<void>
  /** For tests. */
  readonly timing?: NodeTiming
}

/** The processes that use one Redis, with the same prefix. All calls reject before `start` and after `stop`. */
export class RedisNodes implements Nodes {
  readonly id: string = randomBytes(16).toString('base64url')
  readonly #connection: RedisConnection
  readonly #keys: NodeKeys
  readonly #store: SharedMemberStore
  readonly #timing: NodeTiming
  readonly #connected: Promise<void> | undefined
  readonly #changes = new Set<Promise<unknown>>()
  readonly #undo = new Set<() => void>()
  #heartbeat: Heartbeat | undefined
  /** The most bytes of a message, of what this node says of a user, and of its info. */
  #maxBytes = 0
  #isStopped = false

  constructor({ connection, prefix, connected, timing = NODE_TIMING }: RedisNodesOptions) {
    this.#connected = connected
    this.#connection = connection
    this.#keys = new NodeKeys(prefix, connection)
    this.#store = new SharedMemberStore(connection, this.#keys)
    this.#timing = timing
  }

  async start(options: NodeOptions): Promise<void> {
    this.#maxBytes = options.maxBytes
    this.#assertSize('the info of a node', options.info)
    await this.#connected?.catch(() => {}) // the calls below reject then
    const heartbeat = new Heartbeat({
      connection: this.#connection,
      keys: this.#keys,
      node: this.id,
      timing: this.#timing,
      info: encodeText(options.info),
      graceMs: options.graceMs,
      onNewLife: options.onRestored,
      onClaim: (ended) => this.#remove(ended, options),
      onError: options.onError,
    })
    const unsubscribe = await this.#listen(this.#keys.channel, (frame) => this.#onMessage(frame, options.onMessage))
    const endRestored = this.#connection.onRestored(() => heartbeat.renew())
    try {
      await heartbeat.start()
    } catch (error) {
      endRestored()
      unsubscribe()
      throw error
    }
    this.#heartbeat = heartbeat
    this.#undo.add(endRestored)
    if (this.#isStopped) await this.#end()
  }

  async list(): Promise<readonly NodeInfo[]> {
    this.#assertRunning()
    const reply = await this.#connection.run(LIST, this.#keys.nodes, [this.#timing.deadMs])
    return pairsOf(reply).map(([id, info]) => ({ id, info: decodeText(info) }))
  }

  async send(message: string, room?: string): Promise<void> {
    this.#assertRunning()
    this.#assertSize('a message to other nodes', message)
    const channel = room === undefined ? this.#keys.channel : this.#keys.roomChannel(room)
    await this.#connection.command(channel, this.#keys.publish, channel, encodeMessage(this.id, message))
  }

  async subscribe(room: string, { onMessage, onMembers }: RoomListeners): Promise<() => void> {
    this.#assertRunning()
    return await this.#listen(this.#keys.roomChannel(room), (frame) => {
      const change = decodeChange(frame)
      if (change === undefined) this.#onMessage(frame, onMessage)
      else onMembers(change)
    })
  }

  async setMember(room: string, userId: string, state: string | undefined): Promise<SetMember> {
    const { life } = this.#running
    if (state !== undefined) this.#assertSize('what a node says of a user', state)
    const change = this.#store.set(life, room, userId, state)
    this.#changes.add(change)
    try {
      return await change
    } finally {
      this.#changes.delete(change)
    }
  }

  async readMembers(room: string, limit: number): Promise<SharedMembers> {
    this.#assertRunning()
    return await this.#store.read(room, limit)
  }

  async memberPositions(rooms: readonly string[]): Promise<readonly MembersPosition[]> {
    this.#assertRunning()
    return await this.#store.positions(rooms)
  }

  async *rooms(): AsyncGenerator<{ readonly name: string; readonly members: number }> {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      let cursor = '0'
      do {
        this.#assertRunning()
        const page = await this.#store.rooms(partition, cursor)
        for (const [name, record] of page.fields) yield { name, members: countOf(record) }
        cursor = page.cursor
      } while (cursor !== '0')
    }
  }

  /** Rejects where other nodes could not be told. They then remove the members as those of a node that died. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    await this.#end()
  }

  async #end(): Promise<void> {
    for (const undo of this.#undo) undo()
    this.#undo.clear()
    await Promise.allSettled(this.#changes) // a change that comes after the mark might stay for ever
    await this.#heartbeat?.stop()
  }

  get #running(): Heartbeat {
    if (this.#isStopped) throw new RoomfulError('UNAVAILABLE', 'this node has stopped')
    if (this.#heartbeat === undefined) throw new RoomfulError('UNAVAILABLE', 'this node was not started')
    return this.#heartbeat
  }

  #assertRunning(): void {
    void this.#running
  }

  #assertSize(what: string, text: string): void {
    const [bytes, maxBytes] = [Buffer.byteLength(text), this.#maxBytes]
    if (bytes > maxBytes)
      throw new RoomfulError('TOO_LARGE', `${what} may have at most ${maxBytes} bytes, got ${bytes}`)
  }

  /** Listens to a channel until the function that it returns is called, or until this node stops. */
  async #listen(channel: string, listener: (frame: string) => void): Promise<() => void> {
    let isOver = false
    const unsubscribe = await this.#connection.subscribe(channel, (frame) => {
      if (!isOver && !this.#isStopped) listener(frame)
    })
    const undo = (): void => {
      isOver = true
      if (this.#undo.delete(undo)) unsubscribe()
    }
    this.#undo.add(undo)
    if (this.#isStopped) undo()
    return undo
  }

  #onMessage(frame: string, listener: (message: string, from: string) => void): void {
    const decoded = decodeMessage(frame)
    if (decoded !== undefined && decoded.from !== this.id) listener(decoded.message, decoded.from)
  }

  async #remove(ended: NodeLife, { onMemberGone, onError }: NodeOptions): Promise<void> {
    try {
      await removeEnded(ended, {
        connection: this.#connection,
        keys: this.#keys,
        store: this.#store,
        claimer: this.id,
        claimMs: this.#timing.claimMs,
        isStopped: () => this.#isStopped,
        onMemberGone: (member) => {
          if (!this.#isStopped) onMemberGone(member)
        },
      })
    } catch (error) {
      if (!this.#isStopped) onError(error)
    }
  }
}

/** Of `version count source`, as member-scripts.ts stores it. */
function countOf(record: string): number {
  return Number(record.split(' ')[1])
}
