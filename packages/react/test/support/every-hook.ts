import { createClient } from '@roomful/client'
import { createFakeRoom } from '../../../client/test/roomful/presence/support/fake-room.ts'
import * as roomful from '../../src/index.ts'

/** A client that never connects, one of its rooms, and a room whose server is the test. */
export function startAll() {
  const fake = createFakeRoom()
  const client = createClient({ url: 'http://127.0.0.1:9', autoConnect: false })
  return { client, room: client.room('general'), fake, hooks: roomful.createHooks(client) }
}

const keyOf = (data: unknown): unknown => data

/** Each hook with arguments. */
export const everyHook = {
  useClient: ({ hooks }) => hooks.useClient(),
  useSocket: ({ hooks }) => hooks.useSocket(),
  useConnection: ({ hooks }) => hooks.useConnection(({ status }) => status),
  useRoom: ({ hooks }) => hooks.useRoom('general'),
  useEvent: ({ hooks, room }) => hooks.useEvent(room, 'n', () => {}),
  useEventReducer: ({ client }) => roomful.useEventReducer(client, 'n', (n) => n, 0),
  useEventBuffer: ({ client }) => roomful.useEventBuffer(client, 'n', { flush: 5 }),
  useKeyedEvents: ({ client }) =>
    roomful.useEventReducer(roomful.useKeyedEvents(client, 'n', keyOf), 1, (n: number) => n, 0),
  useMembers: ({ fake }) => roomful.useMembers(fake.room, ({ size }) => size),
  useOccupancy: ({ fake }) => roomful.useOccupancy(fake.room, ({ count }) => count),
  useSelf: ({ fake }) => roomful.useSelf(fake.room),
  useOthers: ({ fake }) => roomful.useOthers(fake.room),
  usePresence: ({ fake }) => roomful.usePresence(fake.room),
  useTyping: ({ fake }) => roomful.useTyping(fake.room),
  useTimeline: ({ room }) => roomful.useTimeline(room, 'n', { keepMs: 0 }),
  useOutbox: ({ client }) => roomful.useOutbox(client),
  useUnsentGuard: ({ client }) => roomful.useUnsentGuard(client),
  useLostConnection: ({ client }) => roomful.useLostConnection(client),
  useEmitWithAck: ({ client }) => roomful.useEmitWithAck(client, 'whoami'),
} satisfies Record<string, (given: ReturnType<typeof startAll>) => unknown>
