import { createClient } from '@roomful/client'
import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { createFakeRoom } from '../../client/test/presence/support/fake-room.ts'
import * as roomful from '../src/index.ts'

afterEach(cleanup)

const COMPONENTS = 100
/** In one component: what React does for a component itself is not what is tested. */
const HOOKS_EACH = 10
const TIMES = process.env['REACT'] === '19' ? 100 : 10

/** Counts the subscriptions that are made from now on, and those that are left, by what they are to. */
function createCounter() {
  const counts: Record<string, { left: number }> = {}
  const count = (name: string, target: object, method: string) => {
    const counted = (counts[name] = { left: 0 })
    const subscribe = (target as Record<string, (...args: unknown[]) => () => void>)[method]
    const counting = (...args: unknown[]) => {
      counted.left += 1
      const off = subscribe?.(...args)
      let isOff = false
      return () => {
        if (!isOff) counted.left -= 1
        isOff = true
        off?.()
      }
    }
    Object.assign(target, { [method]: counting })
  }
  return { counts, count }
}

/** A client that never connects, a room of it, and a room whose server does what the test says. */
function start() {
  const { counts, count } = createCounter()
  const fake = createFakeRoom()
  const client = createClient({ url: 'http://127.0.0.1:9', autoConnect: false })
  const room = client.room('general')
  count('client.on', client, 'on')
  count('client.connection', client.connection, 'subscribe')
  count('client.outbox', client.outbox, 'subscribe')
  count('room.on', room, 'on')
  count('room.retain', room, 'retain')
  count('room.state', room.state, 'subscribe')
  count('fake.members', fake.room.members, 'subscribe')
  count('fake.state', fake.room.state, 'subscribe')
  return { client, room, fake, counts, hooks: roomful.createHooks(client) }
}

const uses = {
  useClient: ({ hooks }) => hooks.useClient(),
  useSocket: ({ hooks }) => hooks.useSocket(),
  useConnection: ({ hooks }) => hooks.useConnection(({ status }) => status),
  useRoom: ({ hooks }) => hooks.useRoom('general'),
  useEvent: ({ hooks, room }) => hooks.useEvent(room, 'n', () => {}),
  useEventReducer: ({ client }) => roomful.useEventReducer(client, 'n', (n) => n, 0),
  useEventBuffer: ({ client }) => roomful.useEventBuffer(client, 'n', { flush: 5 }),
  useMembers: ({ fake }) => roomful.useMembers(fake.room, ({ size }) => size),
  useSelf: ({ fake }) => roomful.useSelf(fake.room),
  useOthers: ({ fake }) => roomful.useOthers(fake.room),
  usePresence: ({ fake }) => roomful.usePresence(fake.room),
  useTyping: ({ fake }) => roomful.useTyping(fake.room),
  useTimeline: ({ room }) => roomful.useTimeline(room, 'n'),
  useOutbox: ({ client }) => roomful.useOutbox(client),
  useUnsentGuard: ({ client }) => roomful.useUnsentGuard(client),
  useLostConnection: ({ client }) => roomful.useLostConnection(client),
  useEmitWithAck: ({ client }) => roomful.useEmitWithAck(client, 'whoami'),
} satisfies Record<string, (given: ReturnType<typeof start>) => unknown>

test('every hook is among them', () => {
  const names = [...Object.keys(roomful), ...Object.keys(start().hooks)].filter((name) => name.startsWith('use'))
  expect(names.toSorted()).toEqual(Object.keys(uses).toSorted())
})

test.each(Object.entries(uses))(
  '%s: a hundred thousand mounts and unmounts (on React 18 ten thousand) leave nothing behind',
  async (_, use) => {
    const given = start()
    const { counts, fake, room } = given
    function Mounted() {
      for (let n = 0; n < HOOKS_EACH; n += 1) use(given)
      return null
    }
    const mounted = Array.from({ length: COMPONENTS }, (_unused, key) => <Mounted key={key} />)
    const view = render([])
    for (let time = 0; time < TIMES; time += 1) {
      view.rerender(mounted)
      view.rerender([])
    }
    expect(vi.getTimerCount()).toBeLessThan(5)
    await act(async () => void (await vi.advanceTimersByTimeAsync(1_000)))
    expect(Object.entries(counts).filter(([, { left }]) => left !== 0)).toEqual([])
    expect([vi.getTimerCount(), fake.listening(), fake.watching()]).toEqual([0, 0, 0])
    expect(room.status).toBe('left')
  },
)
