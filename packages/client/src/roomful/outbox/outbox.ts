import { type Receipt, RoomfulError } from '@roomful/contract'
import { type Hello } from '@roomful/contract/protocol'
import type { StoreApi } from 'zustand/vanilla'
import { Listeners, type Unsubscribe } from '../../emitter.ts'
import { hasBinary, snapshot } from '../../events/snapshot.ts'
import { createGuardedStore } from '../../store.ts'
import type { OutboxOption, StorageSession } from '../storage/storage-session.ts'
import { bytesOf, type Message, messageFrom, messageId, type Outcome } from './message.ts'
import { OutboxCore } from './outbox-core.ts'
import type { OutboxPort, OutboxStatus } from './outbox-port.ts'
import type { Batch, OutboxInput, OutboxOutput, Session, StoreResult } from './outbox-steps.ts'
import { type OutgoingEntry, outgoingEntry } from './outgoing.ts'
import { pageId } from './page-id.ts'
import { Receipts, type WaitOptions } from './receipts.ts'

const MAX_BYTES = 1_048_576
/** A key is given up this much sooner than the server forgets it. */
const WINDOW_MARGIN_MS = 3_600_000

/** Runs the outbox core: promises, timers, the storage and the sending. */
export class Outbox {
  readonly store: StoreApi<OutboxStatus>
  readonly #core: OutboxCore
  readonly #storage: StorageSession | undefined
  readonly #port: OutboxPort
  readonly #receipts = new Receipts()
  readonly #watchers = new Listeners<[OutgoingEntry]>()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  #cid = pageId()
  #lastNumber = 0
  /** The server's clock less `performance.now()`. */
  #clockMs = Date.now() - performance.now()
  #heldRooms: ReadonlySet<string> = new Set()
  #clearCount = 0
  readonly #outputs: OutboxOutput[] = []
  #isRunning = false

  constructor(address: string, queueLimit: number, option: OutboxOption | undefined, port: OutboxPort) {
    const limit = { messages: queueLimit, bytes: MAX_BYTES }
    this.#port = port
    this.#core = new OutboxCore({ user: option?.user, limit, hasStorage: option !== undefined })
    const empty = { queued: 0, sending: 0, storage: 'memory', waitingForUser: 0 }
    this.store = createGuardedStore<OutboxStatus>(empty, port.report)
    this.#storage = option?.open(
      { address, cid: this.#cid },
      {
        adopted: (entries) => this.#step({ type: 'adopt', messages: entries.map(messageFrom) }),
        lost: (cid) => this.#lose(cid),
        moved: () => this.#update(),
        failed: (error) => port.storageFailed(error),
        waiting: (waitingForUser) => this.store.setState({ waitingForUser }),
      },
    )
  }

  /** The id of the current user; undefined while it is unknown, and for guests. */
  get selfId(): string | undefined {
    return this.#core.user ?? undefined
  }

  /** Throws `INVALID_ARGUMENT` for data that JSON cannot encode. The end of the wait discards a message that was never sent; any other goes on. */
  emit(room: string, event: string, given: unknown, wait: WaitOptions = {}): { id: string; receipt: Promise<Receipt> } {
    const data = snapshot(event, given)
    if (hasBinary(data))
      throw new RoomfulError('INVALID_ARGUMENT', `the data of "${event}" has binary in it: room events are JSON`)
    const key = { cid: this.#cid, n: ++this.#lastNumber }
    const message: Message = { ...key, user: undefined, room, event, data, bytes: bytesOf(data), sentAt: undefined }
    const id = messageId(message)
    if (wait.signal?.aborted) return { id, receipt: Promise.reject(wait.signal.reason as Error) }
    const receipt = this.#receipts.add(message, wait, (error) => this.#step({ type: 'discard', room, id, error }))
    this.#step({ type: 'emit', message })
    return { id, receipt }
  }

  /** Opens the storage; adopts messages while connecting if the app has named the user. */
  onConnecting(): void {
    const { user, isReady } = this.#core
    this.#storage?.begin()
    if (user !== undefined && !isReady) this.#adopt(user)
  }

  onHello({ user, limits, now }: Hello): void {
    const id = user?.id ?? null
    this.#clockMs = (typeof now === 'number' ? now : Date.now()) - performance.now()
    this.#step({ type: 'user', user: id, windowMs: Math.max(0, limits.dedupMs - WINDOW_MARGIN_MS) })
    this.#adopt(id)
  }

  /** The client stopped connecting: messages of closed pages are left to pages that connect. */
  onStopped(error: RoomfulError): void {
    this.#storage?.pause()
    this.#step({ type: 'stopped', error })
  }

  open(room: string, session: Session): void {
    this.#step({ type: 'open', room, session })
  }

  /** `isOwn`: this page ended the connection or left the room. */
  close(room: string, isOwn: boolean): void {
    clearTimeout(this.#timers.get(room))
    this.#timers.delete(room)
    this.#step({ type: 'close', room, isOwn })
  }

  /** The join was refused for good. */
  refuse(room: string, error: RoomfulError): void {
    this.#step({ type: 'refused', room, error })
  }

  discard(room: string, id: string): void {
    const error = new RoomfulError('DISCARDED', `message ${id} of room ${room} was discarded`)
    this.#step({ type: 'discard', room, id, error })
  }

  /** Discards all messages of the current user, stored ones too: `DISCARDED` if never sent, otherwise `UNKNOWN`. Rejects with `INTERNAL` if the storage fails. */
  async clear(): Promise<void> {
    this.#clearCount += 1
    this.#step({ type: 'clear', error: new RoomfulError('DISCARDED', 'the outbox was cleared') })
    await this.#storage?.clear(this.#core.user)
  }

  /** Closes the outbox for good. Stored messages stay for the next page; callers that still wait get `DISCONNECTED` or `UNKNOWN`. */
  end(): void {
    this.#step({ type: 'end', error: new RoomfulError('DISCONNECTED', 'the client was closed') })
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#storage?.close()
  }

  /** Whether the room has messages of the current user. */
  holds(room: string): boolean {
    return this.#core.messagesIn(room).length > 0
  }

  /** The rooms that have messages of the current user. */
  rooms(): string[] {
    return [...this.#core.count().rooms]
  }

  /** The current user's messages in a room, oldest first. */
  outgoing(room: string): OutgoingEntry[] {
    const sending = new Set(this.#core.queues.get(room)?.sending)
    const messages = this.#core.messagesIn(room)
    return messages.map((message) => outgoingEntry(message, { state: sending.has(message) ? 'sending' : 'queued' }))
  }

  /** Calls the listener for each new message of the current user in a room, and for each change of its state. */
  watch(room: string, listener: (entry: OutgoingEntry) => void): Unsubscribe {
    return this.#watchers.add(room, listener)
  }

  #adopt(user: string | null): void {
    const ready = (): void => this.#step({ type: 'ready', user })
    if (!this.#storage) return ready()
    const clearCount = this.#clearCount
    void this.#storage.adopt(user).then((entries) => {
      const isCleared = clearCount !== this.#clearCount
      if (!isCleared) this.#step({ type: 'adopt', messages: entries.map(messageFrom) })
      ready()
    })
  }

  /** New messages need another cid: numbers are only given by the page that owns it (C1). */
  #lose(cid: string): void {
    if (cid === this.#cid) {
      this.#cid = pageId()
      this.#lastNumber = 0
    }
    this.#step({ type: 'lost', cid })
  }

  /** Performs outputs one after the other, also those of steps that listeners cause meanwhile. */
  #step(input: OutboxInput): void {
    this.#outputs.push(...this.#core.step(input, performance.now() + this.#clockMs))
    if (this.#isRunning) return
    this.#isRunning = true
    for (let output = this.#outputs.shift(); output; output = this.#outputs.shift()) this.#perform(output)
    this.#isRunning = false
    this.#update()
  }

  #perform(output: OutboxOutput): void {
    switch (output.type) {
      case 'queued':
        return this.#show(output.message, { state: 'queued' })
      case 'settled':
        return this.#settle(output.message, output.outcome)
      case 'store':
        return this.#save(this.#storage?.save(output.put, output.remove))
      case 'send':
        return this.#send(output.batch)
      case 'wait':
        return this.#wait(output.room, output.ms, output.rejoin)
    }
  }

  #settle(message: Message, outcome: Outcome): void {
    this.#receipts.settle(message, outcome)
    if (outcome.state !== 'confirmed') this.#port.drop(message.room, message.event, outcome.error)
    this.#show(message, outcome)
  }

  #save(saving: Promise<boolean> | undefined): void {
    const stored = (result: StoreResult): void => this.#step({ type: 'stored', result })
    if (!saving) return stored('failed')
    void saving.then((isStored) => {
      const isEmptied = isStored && this.#storage?.storage === 'memory'
      stored(isEmptied ? 'emptied' : isStored ? 'stored' : 'failed')
    })
  }

  #send(batch: Batch): void {
    const { room, epoch, messages } = batch
    for (const message of messages) this.#show(message, { state: 'sending' })
    const items = messages.map(({ n, event, data }) => ({ n, event, data: data ?? null }))
    this.#port.publish({ room, epoch, cid: messages[0]!.cid, items }).then(
      (answer) => this.#step({ type: 'answer', batch, answer }),
      ({ code }: RoomfulError) => {
        if (code !== 'DISCONNECTED') this.#step({ type: 'no-answer', batch }) // otherwise the room is closed
      },
    )
  }

  /** The jitter keeps clients that were told to wait from coming back together. */
  #wait(room: string, ms: number, rejoin: boolean): void {
    clearTimeout(this.#timers.get(room))
    const wake = (): void => {
      this.#timers.delete(room)
      this.#step({ type: 'woken', room })
      if (rejoin) this.#port.rejoin(room)
    }
    this.#timers.set(room, setTimeout(wake, ms * (1 + Math.random() / 2)))
  }

  #show(message: Message, state: Parameters<typeof outgoingEntry>[1]): void {
    if (!this.#core.isOwn(message)) return
    this.#watchers
      .of(message.room)
      ?.call([outgoingEntry(message, state)], (error) => this.#port.report(error, 'outbox'))
  }

  /** Publishes the counts, and tells the client which rooms the outbox holds. */
  #update(): void {
    const { queued, sending, rooms } = this.#core.count()
    const storage = this.#storage?.storage ?? 'memory'
    const known = this.store.getState()
    if (queued !== known.queued || sending !== known.sending || storage !== known.storage)
      this.store.setState({ queued, sending, storage })
    const before = this.#heldRooms
    this.#heldRooms = rooms
    for (const room of rooms) if (!before.has(room)) this.#port.heldChanged(room)
    for (const room of before) if (!rooms.has(room)) this.#port.heldChanged(room)
  }
}
