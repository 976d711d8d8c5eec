import type { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import { Listeners } from '../../emitter.ts'
import { createGuardedStore } from '../../store.ts'
import type { OutboxOption, StorageSession } from '../storage/storage-session.ts'
import { MessageKeys } from './message-keys.ts'
import { type Message, messageFrom, type Outcome } from './message.ts'
import { OutboxCore } from './outbox-core.ts'
import type { OutboxStatus, OutgoingMessage } from '../../rooms/rooms-protocol.ts'
import type { OutboxPort } from './outbox-port.ts'
import type { Batch, OutboxInput, OutboxOutput, StoreResult } from './outbox-steps.ts'
import { outgoingEntry } from './outgoing.ts'
import { Receipts } from './receipts.ts'

const MAX_BYTES = 1_048_576

/** Gives the outbox core its inputs, and performs its outputs. */
export class OutboxRunner {
  readonly core: OutboxCore
  readonly store: StoreApi<OutboxStatus>
  readonly storage: StorageSession | undefined
  readonly keys: MessageKeys = new MessageKeys()
  readonly receipts: Receipts = new Receipts()
  readonly watchers: Listeners<[OutgoingMessage]> = new Listeners()
  /** The server's clock less `performance.now()`. */
  clockMs: number = Date.now() - performance.now()
  readonly #port: OutboxPort
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  #heldRooms: ReadonlySet<string> = new Set()
  readonly #outputs: OutboxOutput[] = []
  #isRunning = false

  constructor(address: string, queueLimit: number, option: OutboxOption | undefined, port: OutboxPort) {
    const limit = { messages: queueLimit, bytes: MAX_BYTES }
    this.#port = port
    this.core = new OutboxCore({ user: option?.user, limit, hasStorage: option !== undefined })
    const empty = { queued: 0, sending: 0, storage: 'memory', waitingForUser: 0 }
    this.store = createGuardedStore<OutboxStatus>(empty, port.report)
    this.storage = option?.open(
      { address, cid: this.keys.cid },
      {
        adopted: (entries) => this.step({ type: 'adopt', messages: entries.map(messageFrom) }),
        lost: (cid) => this.#lose(cid),
        moved: () => this.#update(),
        failed: (error) => this.#failStorage(error),
        waiting: (waitingForUser) => this.store.setState({ waitingForUser }),
      },
    )
  }

  /** Performs outputs one after the other, also those of steps that listeners cause meanwhile. */
  step(input: OutboxInput): void {
    this.#outputs.push(...this.core.step(input, performance.now() + this.clockMs))
    if (this.#isRunning) return
    this.#isRunning = true
    for (let output = this.#outputs.shift(); output; output = this.#outputs.shift()) this.#perform(output)
    this.#isRunning = false
    this.#update()
  }

  /** Stops the timer of a room; of all rooms, without one. */
  stopTimers(room?: string): void {
    for (const [name, timer] of this.#timers) {
      if (room !== undefined && room !== name) continue
      clearTimeout(timer)
      this.#timers.delete(name)
    }
  }

  #perform(output: OutboxOutput): void {
    switch (output.type) {
      case 'queued':
        return this.#show(output.message, { state: 'queued' })
      case 'settled':
        return this.#settle(output.message, output.outcome)
      case 'store':
        return this.#save(this.storage?.save(output.put, output.remove))
      case 'send':
        return this.#send(output.batch)
      case 'wait':
        return this.#wait(output.room, output.ms, output.rejoin)
    }
  }

  #settle(message: Message, outcome: Outcome): void {
    this.receipts.settle(message, outcome)
    if (outcome.state !== 'confirmed') this.#port.drop(message.room, message.event, outcome.error)
    this.#show(message, outcome)
  }

  #save(saving: Promise<boolean> | undefined): void {
    const stored = (result: StoreResult): void => this.step({ type: 'stored', result })
    if (!saving) return stored('unused')
    void saving.then((isStored) => {
      if (!isStored) return stored('failed')
      stored(this.storage?.storage === 'memory' ? 'unused' : 'stored') // `memory`: it was given up and emptied
    })
  }

  #send(batch: Batch): void {
    const { room, epoch, messages } = batch
    for (const message of messages) this.#show(message, { state: 'sending' })
    const items = messages.map(({ n, event, data }) => ({ n, event, data: data ?? null }))
    this.#port.publish({ room, epoch, cid: messages[0]!.cid, items }).then(
      (answer) => this.step({ type: 'answer', batch, answer }),
      ({ code }: RoomfulError) => {
        if (code !== 'DISCONNECTED') this.step({ type: 'no-answer', batch }) // otherwise the room is closed
      },
    )
  }

  /** The jitter keeps clients that were told to wait from coming back together. */
  #wait(room: string, ms: number, rejoin: boolean): void {
    const wake = (): void => {
      this.#timers.delete(room)
      this.step({ type: 'woken', room })
      if (rejoin) this.#port.rejoin(room)
    }
    this.stopTimers(room)
    this.#timers.set(room, setTimeout(wake, ms * (1 + Math.random() / 2)))
  }

  #show(message: Message, state: Parameters<typeof outgoingEntry>[1]): void {
    if (!this.core.isOwn(message)) return
    this.watchers.of(message.room)?.call([outgoingEntry(message, state)], (error) => this.#port.report(error, 'outbox'))
  }

  #lose(cid: string): void {
    if (cid === this.keys.cid) this.keys.renew()
    this.step({ type: 'lost', cid })
  }

  /** A later page may still finish what is stored under the old cid: a higher number sent from here would hinder it. */
  #failStorage(error: unknown): void {
    this.keys.renew()
    this.#port.storageFailed(error)
  }

  /** Publishes the counts, and tells the client which rooms the outbox holds. */
  #update(): void {
    const { queued, sending, rooms } = this.core.count()
    const storage = this.storage?.storage ?? 'memory'
    const known = this.store.getState()
    if (queued !== known.queued || sending !== known.sending || storage !== known.storage)
      this.store.setState({ queued, sending, storage })
    const before = this.#heldRooms
    this.#heldRooms = rooms
    for (const room of rooms) if (!before.has(room)) this.#port.heldChanged(room)
    for (const room of before) if (!rooms.has(room)) this.#port.heldChanged(room)
  }
}
