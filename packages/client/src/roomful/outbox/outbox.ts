import { type Receipt, RoomfulError } from '@roomful/contract'
import { type Hello } from '@roomful/contract/protocol'
import type { Unsubscribe } from '../../emitter.ts'
import { abortReason } from '../../promises.ts'
import type { ReadonlyStore } from '../../store.ts'
import type { OutboxOption } from '../storage/storage-session.ts'
import { createMessage, messageFrom, messageId } from './message.ts'
import type { OutboxStatus, OutgoingMessage } from '../../rooms/rooms-protocol.ts'
import type { OutboxPort } from './outbox-port.ts'
import { OutboxRunner } from './outbox-runner.ts'
import type { Session } from './outbox-steps.ts'
import { outgoingEntry } from './outgoing.ts'
import type { WaitOptions } from './receipts.ts'

/** A key is given up this much sooner than the server forgets it. */
const WINDOW_MARGIN_MS = 3_600_000

/** The messages on their way into rooms, as the client uses them. */
export class Outbox {
  readonly store: ReadonlyStore<OutboxStatus>
  readonly #runner: OutboxRunner
  #clearCount = 0

  constructor(address: string, queueLimit: number, option: OutboxOption | undefined, port: OutboxPort) {
    this.#runner = new OutboxRunner(address, queueLimit, option, port)
    this.store = this.#runner.store
  }

  /** The id of the current user; undefined while it is unknown, and for guests. */
  get selfId(): string | undefined {
    return this.#runner.core.user ?? undefined
  }

  /**
   * Throws `INVALID_ARGUMENT` for data that JSON cannot encode. After `timeoutMs`, or when the signal aborts, the receipt
   * rejects: a message that was never sent is discarded then, any other is still sent.
   */
  emit(room: string, event: string, data: unknown, wait: WaitOptions = {}): { id: string; receipt: Promise<Receipt> } {
    const runner = this.#runner
    const message = createMessage(runner.keys, room, event, data)
    const id = messageId(message)
    if (wait.signal?.aborted) return { id, receipt: Promise.reject(abortReason(wait.signal)) }
    const receipt = runner.receipts.add(message, wait, (error) => runner.step({ type: 'discard', room, id, error }))
    runner.step({ type: 'emit', message })
    return { id, receipt }
  }

  /** Opens the storage. If the app has named the user, stored messages are adopted while connecting. */
  onConnecting(): void {
    const { core, storage } = this.#runner
    storage?.begin()
    if (core.user !== undefined && !core.isReady) this.#adopt(core.user)
  }

  onHello({ user, limits, now }: Hello): void {
    const id = user?.id ?? null
    this.#runner.clockMs = (typeof now === 'number' ? now : Date.now()) - performance.now()
    this.#runner.step({ type: 'user', user: id, windowMs: Math.max(0, limits.dedupMs - WINDOW_MARGIN_MS) })
    this.#adopt(id)
  }

  /** The client stopped connecting: messages of closed pages are left to pages that connect. */
  onStopped(error: RoomfulError): void {
    this.#runner.storage?.pause()
    this.#runner.step({ type: 'stopped', error })
  }

  open(room: string, session: Session): void {
    this.#runner.step({ type: 'open', room, session })
  }

  /** `isOwn`: this page ended the connection or left the room. */
  close(room: string, isOwn: boolean): void {
    this.#runner.stopTimers(room)
    this.#runner.step({ type: 'close', room, isOwn })
  }

  /** The join was refused for good. */
  refuse(room: string, error: RoomfulError): void {
    this.#runner.step({ type: 'refused', room, error })
  }

  discard(room: string, id: string): void {
    const error = new RoomfulError('DISCARDED', `message ${id} of room ${room} was discarded`)
    this.#runner.step({ type: 'discard', room, id, error })
  }

  /**
   * Discards all messages of the current user, stored ones too: their receipts reject with `DISCARDED`, or with `UNKNOWN`
   * if they were sent. Rejects with `INTERNAL` if the storage fails.
   */
  async clear(): Promise<void> {
    const { core, storage } = this.#runner
    this.#clearCount += 1
    this.#runner.step({ type: 'clear', error: new RoomfulError('DISCARDED', 'the outbox was cleared') })
    await storage?.clear(core.user)
  }

  /** Ends the outbox for good. Stored messages stay for the next page; pending receipts reject with `DISCONNECTED` or `UNKNOWN`. */
  end(): void {
    this.#runner.step({ type: 'end', error: new RoomfulError('DISCONNECTED', 'the client was closed') })
    this.#runner.stopTimers()
    this.#runner.storage?.close()
  }

  /** Whether the room has messages of the current user. */
  holds(room: string): boolean {
    return this.#runner.core.messagesIn(room).length > 0
  }

  /** The rooms that have messages of the current user. */
  rooms(): string[] {
    return [...this.#runner.core.count().rooms]
  }

  /** The current user's messages in a room, oldest first. */
  outgoing(room: string): OutgoingMessage[] {
    const { core } = this.#runner
    const sending = new Set(core.queues.get(room)?.sending)
    return core
      .messagesIn(room)
      .map((message) => outgoingEntry(message, { state: sending.has(message) ? 'sending' : 'queued' }))
  }

  /** Calls the listener for each new message of the current user in a room, and for each change of its state. */
  watch(room: string, listener: (entry: OutgoingMessage) => void): Unsubscribe {
    return this.#runner.watchers.add(room, listener)
  }

  #adopt(user: string | null): void {
    const runner = this.#runner
    const ready = (): void => runner.step({ type: 'ready', user })
    if (!runner.storage) return ready()
    const clearCount = this.#clearCount
    void runner.storage.adopt(user).then((entries) => {
      const isCleared = clearCount !== this.#clearCount // the entries were read before
      if (!isCleared) runner.step({ type: 'adopt', messages: entries.map(messageFrom) })
      ready()
    })
  }
}
