import { RoomfulError } from '@roomful/contract'
import type { StoreApi } from 'zustand/vanilla'
import type { ClientCore } from '../../client-core.ts'
import type { OutboxStatus } from '../../rooms/rooms-protocol.ts'
import { messageFrom } from '../outbox/message.ts'
import type { OutboxInput, StoreResult } from '../outbox/outbox-steps.ts'
import { PendingWrites } from '../outbox/pending-writes.ts'
import type { EntryKey, PageIdentity, StoredEntry } from './outbox-storage.ts'
import type { StorageEvents, StorageSession } from './storage-session.ts'

/** Stores the outbox across reloads: the result of `persistentOutbox()`. */
export interface OutboxOption {
  readonly kind: 'persistent'
  readonly user?: string | null
  open(page: PageIdentity, events: StorageEvents): StorageSession
  /** @internal It is here so that an outbox in memory does not load the code. */
  connect(outbox: ConnectedOutbox): StoredOutbox
}

/** What the storage needs of the outbox. */
export interface ConnectedOutbox {
  readonly client: ClientCore
  readonly store: StoreApi<OutboxStatus>
  /** The key of the last message. */
  readonly lastKey: EntryKey
  readonly step: (input: OutboxInput) => void
  /** Later messages have another cid. */
  renewKey(): void
  /** Publishes the counts and the name of the storage. */
  update(): void
}

/** Joins an outbox with the session of its storage. */
export class StoredOutbox {
  readonly writes: PendingWrites = new PendingWrites()
  readonly #outbox: ConnectedOutbox
  readonly session: StorageSession
  #clearCount = 0

  constructor(option: Pick<OutboxOption, 'open'>, outbox: ConnectedOutbox) {
    const { client, lastKey } = outbox
    this.#outbox = outbox
    this.session = option.open(
      { address: client.url, cid: lastKey.cid },
      {
        adopted: (entries) => this.#adopted(entries),
        lost: (cid) => this.#lose(cid),
        moved: () => this.#move(),
        failed: (error) => this.#fail(error),
        blocked: (names) => outbox.step({ type: 'blocked', names }),
        overtaken: () => client.reporting.inspect({ type: 'error', error: overtaken(), source: 'outbox' }),
        waiting: (waitingForUser) => outbox.store.setState({ waitingForUser }),
      },
    )
  }

  async clear(user: string | null | undefined): Promise<void> {
    this.#clearCount += 1
    await this.session.clear(user)
  }

  /** Resolves when the outbox has the messages that closed pages left of this user. */
  async adopt(user: string | null): Promise<void> {
    const clearCount = this.#clearCount
    const entries = await this.session.adopt(user)
    if (clearCount === this.#clearCount) this.#adopted(entries) // otherwise they were read before
  }

  /** Makes a transaction, and tells the outbox how it ended. */
  save(put: readonly StoredEntry[], remove: readonly EntryKey[]): void {
    const stored = (result: StoreResult): void => this.#outbox.step({ type: 'stored', result })
    const saving = this.session.save(put, remove)
    if (!saving) return stored('unused')
    saving.then(
      (isStored) => {
        if (!isStored) return stored('failed')
        stored(this.session.storage === 'memory' ? 'unused' : 'stored') // `memory`: it was given up and emptied
      },
      () => stored('timeout'),
    )
  }

  #adopted(entries: readonly StoredEntry[]): void {
    this.#outbox.step({ type: 'adopt', messages: entries.map(messageFrom) })
  }

  #move(): void {
    const { connection } = this.#outbox.client
    this.#outbox.update()
    const state = connection.store.getState()
    if (state.status === 'connected')
      connection.setServerInfo({ guarantees: { ...state.guarantees, outbox: this.session.storage } })
  }

  #lose(cid: string): void {
    if (cid === this.#outbox.lastKey.cid) this.#outbox.renewKey()
    this.#outbox.step({ type: 'lost', cid })
  }

  /** A later page may still send what is stored under the old cid: a higher number under the same cid, sent from this page, would block those messages. */
  #fail(error: unknown): void {
    this.#outbox.renewKey()
    this.#outbox.client.reporting.inspect({ type: 'error', error, source: 'outbox' })
  }
}

function overtaken(): RoomfulError {
  return new RoomfulError(
    'TIMEOUT',
    'an earlier page of this tab left messages that were not settled within 30 s; later ones go first',
  )
}
