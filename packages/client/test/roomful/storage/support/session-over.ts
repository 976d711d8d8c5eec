import type {
  EntryKey,
  StorageEvents,
  StorageSession,
  StoredEntry,
} from '../../../../src/roomful/storage/storage-session.ts'
import { type OutboxOption, StoredOutbox } from '../../../../src/roomful/storage/stored-outbox.ts'

/** What a simulated storage does for one page. */
export interface SimulatedStorage {
  store(put: readonly StoredEntry[], remove: readonly EntryKey[]): Promise<void>
  adopt(user: string | null): Promise<readonly StoredEntry[]>
  pause?(): void
}

/** An outbox in a simulated storage, which never fails. */
export function outboxOver(
  open: (page: { readonly cid: string }, events: StorageEvents) => SimulatedStorage,
  user?: string,
): OutboxOption {
  return {
    kind: 'persistent',
    ...(user !== undefined && { user }),
    open: (page, events) => sessionOver(open(page, events), events),
    connect(outbox) {
      return new StoredOutbox(this, outbox)
    },
  }
}

function sessionOver(simulated: SimulatedStorage, events: StorageEvents): StorageSession {
  let storage: StorageSession['storage'] = 'memory'
  let adopting: Promise<readonly StoredEntry[]> = Promise.resolve([])
  const open = (): void => {
    if (storage !== 'memory') return
    storage = 'indexedDB'
    events.moved()
  }
  return {
    get storage() {
      return storage
    },
    begin: open,
    save(put, remove) {
      open()
      return simulated.store(put, remove).then(() => true)
    },
    adopt: (user) => (adopting = adopting.then(() => simulated.adopt(user))),
    pause: () => simulated.pause?.(),
    clear: () => Promise.reject(new Error('a simulated storage is never cleared')),
    close() {},
  }
}
