import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import * as roomful from '../src/index.ts'
import { everyHook, startAll } from './support/every-hook.ts'

afterEach(cleanup)

const COMPONENTS = 100
/** Many hooks in one component: this test is about hooks, and React's own work for a component is slow. */
const HOOKS_EACH = 10
const TIMES = process.env['REACT'] === '19' ? 100 : 10

/** Counts the subscriptions that are made from now on and not ended, by their target. */
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

/** The arguments for the hooks; their subscriptions are counted. */
function start() {
  const { counts, count } = createCounter()
  const given = startAll()
  const { client, room, fake } = given
  count('client.on', client, 'on')
  count('client.connection', client.connection, 'subscribe')
  count('client.outbox', client.outbox, 'subscribe')
  count('room.on', room, 'on')
  count('room.retain', room, 'retain')
  count('room.state', room.state, 'subscribe')
  count('fake.members', fake.room.members, 'subscribe')
  count('fake.state', fake.room.state, 'subscribe')
  return { ...given, counts }
}

test('the tests below cover every hook', () => {
  const names = Object.keys({ ...roomful, ...startAll().hooks }).filter((name) => name.startsWith('use'))
  expect(names.toSorted()).toEqual(Object.keys(everyHook).toSorted())
})

test.each(Object.entries(everyHook))(
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
      await Promise.resolve() // disposables are closed in a microtask, for the sake of hot reloads
    }
    expect(vi.getTimerCount()).toBeLessThan(5)
    await act(async () => void (await vi.advanceTimersByTimeAsync(1_000)))
    expect(Object.entries(counts).filter(([, { left }]) => left !== 0)).toEqual([])
    expect([vi.getTimerCount(), fake.otherListeners(), fake.memberListeners()]).toEqual([0, 0, 0])
    expect(room.status).toBe('left')
  },
)
