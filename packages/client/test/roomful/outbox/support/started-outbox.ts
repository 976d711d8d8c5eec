import type { RoomfulError } from '@roomful/client'
import { defaultLimits, type Hello, type PublishAnswer, type PublishRequest } from '@roomful/contract/protocol'
import type { ClientCore } from '../../../../src/client-core.ts'
import { Outbox } from '../../../../src/roomful/outbox/outbox.ts'
import type { StorageEvents, StorageSession, StoredEntry } from '../../../../src/roomful/storage/storage-session.ts'
import { type OutboxOption, StoredOutbox } from '../../../../src/roomful/storage/stored-outbox.ts'
import { createFakeHost } from '../../support/fake-host.ts'
import { session } from './scripted-outbox.ts'

export const helloOf = (user: string | null): Hello => ({
  v: 1,
  capabilities: [],
  limits: defaultLimits,
  user: user === null ? null : { id: user },
  now: 1_000_000,
})

/** A storage in memory: the test says how it behaves. */
export function createStorage(parts: Partial<StorageSession> = {}) {
  const calls: string[] = []
  const opened: { events?: StorageEvents; cid?: string } = {}
  const storage: StorageSession = {
    storage: 'indexedDB',
    begin: () => void calls.push('begin'),
    save: async () => true,
    adopt: async () => [],
    pause: () => void calls.push('pause'),
    clear: async (user) => void calls.push(`clear ${user}`),
    close: () => void calls.push('close'),
    ...parts,
  }
  const option: OutboxOption = {
    kind: 'persistent',
    open({ cid }, events) {
      Object.assign(opened, { events, cid })
      return storage
    },
    connect(outbox) {
      return new StoredOutbox(this, outbox)
    },
  }
  return { option, calls, opened }
}

export function entry(n: number, user: string | null = 'ada'): StoredEntry {
  return { cid: 'page-old', n, user, room: 'general', event: 'm', data: `old ${n}` }
}

type Publish = (request: PublishRequest) => Promise<PublishAnswer>

/** The server stores every message. */
export const storeAll: Publish = async ({ epoch, items }) => ({
  ok: true,
  epoch,
  results: items.map(({ n }) => ({ seq: n, at: 0 })),
})
export const neverAnswer: Publish = () => new Promise(() => {})

/** An outbox of a client that records what it is asked for. */
export function startOutbox(publish: Publish = storeAll, option?: OutboxOption, queueLimit = 100) {
  const requests: PublishRequest[] = []
  const changes: string[] = []
  const drops: string[] = []
  const hostOf = (name: string) => ({
    ...createFakeHost(),
    lost: () => void changes.push(`rejoin ${name}`),
    setNeeded: (isNeeded: boolean) => void changes.push(`${isNeeded ? 'holds' : 'leaves'} ${name}`),
  })
  const client = {
    url: '/',
    connection: { store: { getState: () => ({ status: 'idle' }) } },
    settings: { ackTimeoutMs: 10_000, queueLimit },
    sender: {
      async requestNow(_event: string, [request]: [PublishRequest]) {
        requests.push(request)
        return [await publish(request)]
      },
    },
    rooms: { get: hostOf, named: hostOf },
    reporting: {
      drop: (event: string, error: RoomfulError) => void drops.push(`${event} ${error.code}`),
      inspect: () => void changes.push('storage failed'),
      report: (error: unknown) => void drops.push(String(error)),
    },
  }
  const outbox = new Outbox(client as unknown as ClientCore, option)
  return {
    outbox,
    requests,
    changes,
    drops,
    /** The server names the user, and the room is joined. */
    join(user: string | null = 'ada') {
      outbox.onConnecting()
      outbox.onHello(helloOf(user))
      outbox.step({ type: 'open', room: 'general', session })
    },
    cut: () => outbox.close('general', false),
    sent: () => requests.map(({ items }) => items.map(({ data }) => data)),
    counts: () => outbox.store.getState(),
  }
}

/** How the promise settled, or `waiting`. */
export async function settled(promise: Promise<unknown>): Promise<string> {
  const later = new Promise<string>((resolve) => queueMicrotask(() => queueMicrotask(() => resolve('waiting'))))
  const now = promise.then(
    () => 'confirmed',
    (error: RoomfulError) => error.code ?? error,
  )
  return Promise.race([now, later])
}
