import { RoomfulError } from '@roomful/contract'
import { type Hello, wire } from '@roomful/contract/protocol'
import type { ClientCore } from '../../client-core.ts'
import { Listeners, type Unsubscribe } from '../../emitter.ts'
import type { CallOptions } from '../../promises.ts'
import { retryDelay } from '../../retry-delay.ts'
import type { OutboxStatus, OutgoingMessage, SentMessage } from '../../rooms/rooms-protocol.ts'
import { runCore } from '../../run-core.ts'
import { createGuardedStore, type GuardedStore } from '../../store.ts'
import type { EntryKey } from '../storage/outbox-storage.ts'
import type { ConnectedOutbox, OutboxOption, StoredOutbox } from '../storage/stored-outbox.ts'
import { readPublishAnswer } from '../wire-messages.ts'
import { pageId } from '../../page-id.ts'
import { createMessage, type Message, type Outcome } from './message.ts'
import { OutboxCore } from './outbox-core.ts'
import type { Batch, OutboxInput, OutboxOutput } from './outbox-steps.ts'
import { outgoingEntry } from './outgoing.ts'
import { Receipts } from './receipts.ts'
import type { MessageSpan, MessageTracing } from './tracing.ts'

const MAX_BYTES = 1_048_576
/** A key is given up this much sooner than the server forgets it. */
const WINDOW_MARGIN_MS = 3_600_000

/** The messages on their way into rooms: gives the outbox core its inputs, and performs its outputs. */
export class Outbox implements ConnectedOutbox {
  readonly store: GuardedStore<OutboxStatus>
  readonly client: ClientCore
  readonly step: (input: OutboxInput) => void
  /** Called before the receipt resolves. */
  onConfirmed: (room: string, seq: number) => void = () => {}
  readonly #core: OutboxCore
  readonly #stored: StoredOutbox | undefined
  /** The key of the last message: a cid that is never used again, and a number that rises over all rooms (C1). */
  lastKey: EntryKey = newKey()
  readonly #receipts = new Receipts()
  readonly #tracing: MessageTracing | undefined
  readonly #spans = new Map<Message, MessageSpan>()
  readonly #watchers = new Listeners<[OutgoingMessage]>()
  /** The server's clock less `performance.now()`. */
  #clockMs = Date.now() - performance.now()
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  #heldRooms: ReadonlySet<string> = new Set()

  constructor(client: ClientCore, option: OutboxOption | undefined, tracing?: MessageTracing) {
    const limit = { messages: client.settings.queueLimit, bytes: MAX_BYTES }
    const empty = { queued: 0, sending: 0, storage: 'memory', waitingForUser: 0 }
    this.client = client
    this.#tracing = tracing
    this.store = createGuardedStore<OutboxStatus>(empty, client.reporting.report)
    this.#stored = option?.connect(this)
    this.#core = new OutboxCore({ user: option?.user, limit, writes: this.#stored?.writes })
    this.step = runCore(
      (input) => this.#core.step(input, performance.now() + this.#clockMs),
      (output) => this.#perform(output),
      () => this.update(),
    )
  }

  /** The id of the current user: null for a guest, undefined while it is unknown. */
  get user(): string | null | undefined {
    return this.#core.user
  }

  /**
   * Throws `INVALID_ARGUMENT` for data that JSON cannot encode. After `timeoutMs`, or when the signal aborts, the receipt
   * rejects: a message that was never sent is discarded then, any other is still sent.
   */
  emit(room: string, event: string, data: unknown, wait: CallOptions = {}): SentMessage {
    const { cid, n } = this.lastKey
    const key = { cid, n: n + 1 }
    const message = createMessage(key, room, event, data)
    this.lastKey = key
    const { id } = message
    const receipt = this.#receipts.add(message, wait, (error) => this.step({ type: 'discard', room, id, error }))
    if (this.#tracing) this.#spans.set(message, this.#tracing.onEmit({ room, event, id }))
    this.step({ type: 'emit', message })
    return { id, receipt }
  }

  /** Opens the storage. If the app has named the user, stored messages are adopted while connecting. */
  onConnecting(): void {
    const { user, isReady } = this.#core
    this.#stored?.session.begin()
    if (user !== undefined && !isReady) this.#adopt(user)
  }

  onHello({ user, limits, now }: Hello): void {
    const id = user?.id ?? null
    this.#clockMs = now - performance.now()
    this.step({ type: 'user', user: id, windowMs: Math.max(0, limits.dedupMs - WINDOW_MARGIN_MS) })
    this.#adopt(id)
  }

  /** The client stopped connecting: messages of closed pages are left to pages that connect. */
  onStopped(error: RoomfulError): void {
    this.#stored?.session.pause()
    this.step({ type: 'stopped', error })
  }

  /** The connection ended; `isOwn`: this page ended it. */
  close(room: string, isOwn: boolean): void {
    this.#stopTimer(room)
    this.step({ type: 'close', room, isOwn })
  }

  leave(room: string): void {
    this.#stopTimer(room)
    this.step({ type: 'left', room })
  }

  /** The server refused the room permanently, or put the client out of it. */
  refuse(room: string, error: RoomfulError): void {
    this.#stopTimer(room)
    this.step({ type: 'refused', room, error })
  }

  discard(room: string, id: string): void {
    const error = new RoomfulError('DISCARDED', `message ${id} of room ${room} was discarded`)
    this.step({ type: 'discard', room, id, error })
  }

  /**
   * Discards all messages of the current user, stored ones too: their receipts reject with `DISCARDED`, or with `UNKNOWN`
   * if they were sent. Rejects with `INTERNAL` if the storage fails.
   */
  async clear(): Promise<void> {
    this.step({ type: 'discard', error: new RoomfulError('DISCARDED', 'the outbox was cleared') })
    await this.#stored?.clear(this.#core.user)
  }

  /** Ends the outbox for good. Stored messages stay for the next page; pending receipts reject with `DISCONNECTED` or `UNKNOWN`. */
  end(): void {
    this.step({ type: 'end', error: new RoomfulError('DISCONNECTED', 'the client was closed') })
    for (const room of this.#timers.keys()) this.#stopTimer(room)
    this.#stored?.session.close()
  }

  /** Whether the room has messages of the current user. */
  holds(room: string): boolean {
    return this.#core.messagesIn(room).length > 0
  }

  /** The current user's messages in a room, oldest first. */
  outgoing(room: string): OutgoingMessage[] {
    const sending = new Set(this.#core.queues.get(room)?.sending)
    const messages = this.#core.messagesIn(room)
    return messages.map((message) => outgoingEntry(message, { state: sending.has(message) ? 'sending' : 'queued' }))
  }

  /** Calls the listener for each new message of the current user in a room, and for each change of its state. */
  watch(room: string, listener: (message: OutgoingMessage) => void): Unsubscribe {
    return this.#watchers.add(room, listener)
  }

  renewKey(): void {
    this.lastKey = newKey()
  }

  #adopt(user: string | null): void {
    const ready = (): void => this.step({ type: 'ready', user })
    if (this.#stored) void this.#stored.adopt(user).then(ready)
    else ready()
  }

  #perform(output: OutboxOutput): void {
    switch (output.type) {
      case 'queued':
        return this.#show(output.message, { state: 'queued' })
      case 'settled':
        return this.#settle(output.message, output.outcome)
      case 'store':
        return this.#stored?.save(output.put, output.remove)
      case 'send':
        return this.#send(output.batch)
      case 'wait':
        return this.#wait(output.room, output.ms, output.rejoin)
    }
  }

  #settle(message: Message, outcome: Outcome): void {
    this.#receipts.settle(message, outcome)
    this.#spans.get(message)?.end('error' in outcome ? outcome.error : undefined)
    this.#spans.delete(message)
    if (outcome.state === 'confirmed') this.onConfirmed(message.room, outcome.seq)
    else this.client.reporting.drop(message.event, outcome.error, message.room)
    this.#show(message, outcome)
  }

  #send(batch: Batch): void {
    const { room, epoch, messages } = batch
    for (const message of messages) this.#show(message, { state: 'sending' })
    const items = messages.map((message) => {
      const { n, id, event, data } = message
      const traceparent = this.#spans.get(message)?.traceparent
      return { n, id, event, data: data ?? null, ...(traceparent && { traceparent }) }
    })
    const request = { room, epoch, cid: messages[0]!.cid, items }
    const { sender, settings } = this.client
    sender
      .requestNow(wire.publish, [request], { timeoutMs: settings.ackTimeoutMs })
      .then(([answer]) => readPublishAnswer(answer, items.length))
      .then(
        (answer) => this.step({ type: 'answer', batch, answer }),
        ({ code, message }: RoomfulError) => {
          if (code === 'TOO_LARGE')
            this.step({ type: 'answer', batch, answer: { ok: false, epoch, results: [], code, message } })
          else if (code !== 'DISCONNECTED') this.step({ type: 'no-answer', batch }) // otherwise the room is closed
        },
      )
  }

  #wait(room: string, ms: number, rejoin: boolean): void {
    const wake = (): void => {
      this.#timers.delete(room)
      this.step({ type: 'woken', room })
      if (rejoin) this.client.rooms.get(room)?.lost()
    }
    this.#stopTimer(room)
    this.#timers.set(room, setTimeout(wake, retryDelay({ firstMs: ms, jitter: 'half' })))
  }

  #stopTimer(room: string): void {
    clearTimeout(this.#timers.get(room))
    this.#timers.delete(room)
  }

  #show(message: Message, state: Parameters<typeof outgoingEntry>[1]): void {
    if (!this.#core.isOwn(message)) return
    this.#watchers
      .of(message.room)
      ?.call([outgoingEntry(message, state)], (error) => this.client.reporting.report(error, 'outbox'))
  }

  /** Publishes the counts, and keeps the client in the rooms for which there are messages. */
  update(): void {
    const { queued, sending, rooms } = this.#core.count()
    const storage = this.#stored?.session.storage ?? 'memory'
    const known = this.store.getState()
    if (queued !== known.queued || sending !== known.sending || storage !== known.storage)
      this.store.setState({ queued, sending, storage })
    const before = this.#heldRooms
    this.#heldRooms = rooms
    for (const room of new Set([...before, ...rooms])) if (before.has(room) !== rooms.has(room)) this.#hold(room)
  }

  /** The client stays in the room, or joins it, while the outbox has messages for it. */
  #hold(name: string): void {
    const { rooms } = this.client
    const isHeld = this.#heldRooms.has(name)
    const room = isHeld ? rooms.named(name) : rooms.get(name)
    room?.setNeeded(isHeld)
  }
}

function newKey(): EntryKey {
  return { cid: pageId(), n: 0 }
}
