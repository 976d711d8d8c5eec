import { randomBytes } from 'node:crypto'
import { RoomfulError } from '@roomful/contract'
import { banLimitReached } from '../../log/ban-limits.ts'
import type { Appended, Ban, Batch, Committed, LogListener, Page, PageRequest, RoomLog } from '../../log/log.ts'
import type { LogHead, NewEntry } from '../../log/log-entry.ts'
import type { RetentionBounds } from '../../log/retention.ts'
import { rowLimitReached, type RowLimits } from '../../log/row-limits.ts'
import type { Sender, SenderRow } from '../../log/sender-row.ts'
import type { Nodes } from '../../nodes/nodes.ts'
import type { RedisConnection, RedisReply, RedisScript } from '../redis-connection.ts'
import { partitionKey, PARTITIONS, type RoomKeys, roomKeys } from '../room-keys.ts'
import { KnownHeads } from './known-heads.ts'
import * as scripts from './log-scripts.ts'
import { type HeadReply, parseHead, readHeads } from './read-heads.ts'
import * as stored from './stored-text.ts'
import { Sweep } from './sweep.ts'

export interface RedisLogParts {
  readonly connection: RedisConnection
  readonly nodes: Nodes
  readonly prefix: string
  readonly durability: 'async' | 'replica'
  readonly limits: RowLimits
  readonly maxBans: number
  readonly keep: (room: string) => RetentionBounds
  readonly sharedOptions: Readonly<Record<string, string>>
}

type Argument = string | number

/** A room's log in Redis. Each call is one script, or a few. */
export class RedisLog implements RoomLog {
  readonly nodes: Nodes
  readonly dedupMs: number
  readonly sharedOptions: Readonly<Record<string, string>>
  readonly durability: 'async' | 'replica'
  readonly #parts: RedisLogParts
  readonly #publish: string
  readonly #known = new KnownHeads()
  readonly #sweep: Sweep
  readonly #id = randomBytes(8).toString('hex')
  #calls = 0
  #isClosed = false

  constructor(parts: RedisLogParts) {
    this.#parts = parts
    this.nodes = parts.nodes
    this.dedupMs = parts.limits.dedupMs
    this.durability = parts.durability
    this.sharedOptions = parts.sharedOptions
    this.#publish = parts.connection.isCluster ? 'SPUBLISH' : 'PUBLISH'
    this.#sweep = new Sweep({
      partitions: PARTITIONS,
      claim: (partition, everyMs) => this.#claimSweep(partition, everyMs),
      sweep: (partition, isStopped) => this.#sweepPartition(partition, isStopped),
    })
  }

  async commit(room: string, batch: Batch): Promise<Committed | undefined> {
    const keys = this.#keysOf(room)
    const args = this.#commitArguments(room, keys, batch)
    let answer = await this.#commit(keys, args)
    if (answer[0] === 'LIMIT' && (await this.#sweep.now(keys.partition))) answer = await this.#commit(keys, args)
    const [status, epoch = '', head, count, lines = ''] = answer
    if (status === 'EPOCH') return undefined
    if (status === 'LIMIT') throw rowLimitReached(epoch as Bound)
    const position = { epoch, head: Number(head), count: Number(count) }
    this.#known.note(room, position)
    const { items } = batch
    const answers = items.length === 0 ? [] : lines.split('\n')
    const parsed = items.map((item, index) => stored.parseAnswer(answers[index] ?? '', item))
    const entries = parsed.flatMap(({ entry }) => entry ?? [])
    return { ...position, results: parsed.map(({ result }) => result), entries }
  }

  async row(room: string, sender: Sender): Promise<SenderRow | undefined> {
    const keys = this.#keysOf(room)
    const field = stored.rowField(sender)
    // Most senders have a row, and a command costs Redis a third of a script.
    const known = await this.#parts.connection.command(keys.all[1], 'HGET', keys.all[1], field)
    if (typeof known === 'string') return stored.parseRow(known)
    const args = [field, stored.addressText(sender), ...this.#bounds()]
    const read = async (): Promise<string[]> => (await this.#run(scripts.row, keys.all, args)) as string[]
    let [text, bound] = await read()
    if (bound && (await this.#sweep.now(keys.partition))) [text, bound] = await read()
    if (bound) throw rowLimitReached(bound as Bound)
    return text ? stored.parseRow(text) : undefined
  }

  async page(room: string, request: PageRequest): Promise<Page> {
    const keys = this.#keysOf(room)
    const [direction, seq] = 'after' in request ? (['after', request.after] as const) : ['before', request.before]
    const where = [direction, seq, request.limit, request.bytes] as const
    const args = [keys.name, ...this.#keep(room), ...this.#known.argumentsOf(room), ...where]
    const answer = (await this.#run(scripts.page, keys.all, args)) as [...HeadReply, string, string, string[], string[]]
    const [, , , , first, start, texts, amending] = answer
    const head = parseHead(answer)
    this.#known.note(room, head)
    const entries = texts.map((text, index) => stored.parseEntry(text, Number(start) + index))
    const amendments = stored.parseAmendments(amending)
    return { ...head, first: Number(first), entries, ...(amendments.length > 0 && { amendments }) }
  }

  async redact(room: string, seq: number, entry: NewEntry): Promise<Appended | undefined> {
    const keys = this.#keysOf(room)
    const args = [...this.#writeArguments(room, keys), seq, entry.at, stored.bodyText(entry)]
    const [epoch, head, count, at] = (await this.#write(scripts.redact, keys.all, args)) as string[]
    if (epoch === undefined) return undefined
    const position = { epoch, head: Number(head), count: Number(count) }
    this.#known.note(room, position)
    const appended = { ...entry, seq: position.head, at: Number(at), count: position.count }
    return { ...position, entries: at === '' ? [] : [appended] }
  }

  async heads(rooms: readonly string[]): Promise<readonly LogHead[]> {
    return await readHeads(rooms, {
      known: this.#known,
      keysOf: (room) => this.#keysOf(room),
      run: (...call) => this.#run(...call),
    })
  }

  async ban(room: string, userId: string): Promise<Ban | undefined> {
    const [, key] = this.#keysOf(room).all
    const text = await this.#parts.connection.command(key, 'HGET', key, stored.banField(userId))
    const ban = typeof text === 'string' ? stored.parseBan(text) : undefined
    return ban !== undefined && ban.until > Date.now() ? ban : undefined
  }

  async setBan(room: string, userId: string, ban: Ban | undefined): Promise<void> {
    const keys = this.#keysOf(room)
    const { maxBans } = this.#parts
    const args = [keys.name, stored.banField(userId), ban === undefined ? '' : stored.banText(ban), maxBans]
    const write = async (): Promise<boolean> => {
      const [status] = (await this.#write(scripts.setBan, keys.all, args)) as string[]
      return status === undefined
    }
    if (await write()) return
    if ((await this.#sweep.now(keys.partition)) && (await write())) return
    throw banLimitReached(maxBans)
  }

  async newEpoch(): Promise<void> {
    await Promise.all(this.#partitionKeys().map((key) => this.#write(scripts.newEpoch, [key], [])))
  }

  async subscribe(room: string, listener: LogListener): Promise<() => void> {
    const { channel } = this.#keysOf(room)
    this.#known.use(room)
    let unsubscribe: (() => void) | undefined
    try {
      unsubscribe = await this.#parts.connection.subscribe(channel, (text) => this.#onMessage(room, text, listener))
    } finally {
      if (unsubscribe === undefined) this.#known.release(room)
    }
    return () => {
      if (unsubscribe !== undefined) this.#known.release(room)
      unsubscribe?.()
      unsubscribe = undefined
    }
  }

  async check(): Promise<void> {
    const { connection } = this.#parts
    await connection.check()
    // In a cluster each server is asked, and in any other case the only one.
    const keys = connection.isCluster ? this.#partitionKeys() : this.#partitionKeys().slice(0, 1)
    await Promise.all(keys.map((key) => this.#write(scripts.probe, [key], [this.#publish])))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#sweep.stop()
    await this.#parts.connection.close()
  }

  async #commit(keys: RoomKeys, args: readonly Argument[]): Promise<string[]> {
    return (await this.#write(scripts.commit, keys.all, args)) as string[]
  }

  #commitArguments(room: string, keys: RoomKeys, { epoch, sender, items }: Batch): Argument[] {
    return [
      ...this.#writeArguments(room, keys),
      epoch === undefined ? '*' : `=${epoch}`,
      stored.rowField(sender),
      stored.addressText(sender),
      ...this.#bounds(),
      ...items.flatMap((item) => stored.itemArguments(item)),
    ]
  }

  #writeArguments(room: string, keys: RoomKeys): Argument[] {
    return [keys.name, ...this.#keep(room), this.#publish, keys.channel, ...this.#known.argumentsOf(room)]
  }

  #onMessage(room: string, text: string, listener: LogListener): void {
    // The channel of a room has messages of other kinds, too.
    if (!text.startsWith('e')) return
    try {
      const appended = stored.parseAppended(text)
      this.#known.note(room, appended)
      listener(appended)
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #claimSweep(partition: number, everyMs: number): Promise<boolean> {
    const key = partitionKey(this.#parts.prefix, partition)
    return (await this.#run(scripts.claimSweep, [key], [everyMs])) === 1
  }

  async #sweepPartition(partition: number, isStopped: () => boolean): Promise<void> {
    const key = partitionKey(this.#parts.prefix, partition)
    for (let cursor = '0', isOver = false; !isOver; isOver = cursor === '0') {
      const answer = await this.#parts.connection.command(key, 'HSCAN', key, cursor, 'MATCH', 'r*', 'COUNT', 100)
      const [next, fields] = answer as [string, string[]]
      cursor = next
      for (let index = 0; index < fields.length; index += 2) {
        if (isStopped()) return
        await this.#sweepRoom(JSON.parse(fields[index]?.slice(1) ?? '') as string)
      }
    }
  }

  async #sweepRoom(room: string): Promise<void> {
    const keys = this.#keysOf(room)
    for (let cursor = '0', isOver = false; !isOver; isOver = cursor === '0') {
      const args = [keys.name, ...this.#keep(room), cursor, Date.now() - this.dedupMs]
      cursor = String(await this.#run(scripts.sweep, keys.all, args))
    }
  }

  #keysOf(room: string): RoomKeys {
    if (this.#isClosed) throw new RoomfulError('UNAVAILABLE', 'redisLog: the log is closed')
    return roomKeys(this.#parts.prefix, room)
  }

  #partitionKeys(): string[] {
    return Array.from({ length: PARTITIONS }, (_, partition) => partitionKey(this.#parts.prefix, partition))
  }

  #keep(room: string): [maxEntries: number, since: number] {
    const { maxEntries, since } = this.#parts.keep(room)
    return [maxEntries, since]
  }

  #bounds(): number[] {
    const { maxRows, maxGuestRows, maxRowsPerUser, maxRowsPerAddress } = this.#parts.limits
    return [maxRows, maxGuestRows, maxRowsPerUser, maxRowsPerAddress]
  }

  #run(script: RedisScript, keys: readonly string[], args: readonly Argument[]): Promise<RedisReply> {
    return this.#parts.connection.run(script, keys, [this.#unique(), Date.now(), ...args])
  }

  /** Answers settle what a client has sent, so that a replica must have it first where that is asked for. */
  #write(script: RedisScript, keys: readonly string[], args: readonly Argument[]): Promise<RedisReply> {
    return this.#parts.connection.runReplicated(script, keys, [this.#unique(), Date.now(), ...args])
  }

  /** A name for a new epoch or generation. */
  #unique(): string {
    this.#calls += 1
    return `${this.#id}${this.#calls.toString(36)}`
  }
}

type Bound = Parameters<typeof rowLimitReached>[0]
