import { createClient, type Room } from '@roomful/client'
import { cleanup, render } from '@testing-library/react'
import { Component, type ReactNode, StrictMode } from 'react'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { useTimeline, type UseTimelineOptions } from '../src/index.ts'
import { countListeners } from './support/count-listeners.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.runAllTimers() // closes the timelines of the test
  vi.useRealTimers()
})

/** A client that never connects. */
function start() {
  const client = createClient({ url: 'http://127.0.0.1:9', autoConnect: false })
  onTestFinished(client.close)
  const room = client.room('general')
  return { client, room, listening: countListeners(room) }
}

function List({ room, ...options }: { room: Room } & UseTimelineOptions) {
  useTimeline(room, 'message', options)
  return null
}

test('a timeline is closed a minute after its last component, and not if it was mounted again', () => {
  const { room, listening } = start()
  const lists = (keys: readonly string[]) => keys.map((key) => <List key={key} room={room} />)
  const view = render(lists(['a', 'b']), { wrapper: StrictMode })
  const open = listening.left
  expect(open).toBeGreaterThan(0)
  view.rerender(lists(['a']))
  vi.advanceTimersByTime(120_000)
  expect(listening.left).toBe(open)
  view.rerender([])
  vi.advanceTimersByTime(59_000)
  view.rerender(lists(['c']))
  vi.advanceTimersByTime(120_000)
  expect(listening.left).toBe(open)
  view.rerender([])
  vi.advanceTimersByTime(59_999)
  expect(listening.left).toBe(open)
  vi.advanceTimersByTime(1)
  expect(listening.left).toBe(0)
})

test('components with the same room, event, `initial` and `max` share one timeline', () => {
  const { room, listening } = start()
  const view = render([<List key="a" room={room} />, <List key="b" room={room} />])
  const one = listening.left
  const more = (initial: number, max: number) => <List key={`${initial} ${max}`} {...{ room, initial, max }} />
  view.rerender([more(1, 10), more(2, 10), more(1, 20)])
  expect(listening.left).toBe(4 * one) // the first one is kept
})

test('at most 20 timelines without a component are kept; the one that is unused for longest is closed', () => {
  const { client } = start()
  const rooms = Array.from({ length: 22 }, (_, n) => client.room(`room ${n}`))
  const counts = rooms.map((room) => countListeners(room))
  for (const room of rooms) render(<List room={room} />).unmount()
  expect(counts.map(({ left }) => left > 0)).toEqual(rooms.map((_, n) => n >= 2))
})

test('`keepMs: Infinity` keeps a timeline for as long as a timer can run', () => {
  const { room, listening } = start()
  render(<List room={room} keepMs={Number.POSITIVE_INFINITY} />).unmount()
  vi.advanceTimersByTime(2 ** 31 - 2)
  expect(listening.left).toBeGreaterThan(0)
  vi.advanceTimersByTime(1)
  expect(listening.left).toBe(0)
})

test.each([-1, Number.NaN])('`keepMs: %s` is refused with an error that says what is expected', (keepMs) => {
  const { room } = start()
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => quiet.mockRestore())
  const { container } = render(
    <Boundary>
      <List room={room} keepMs={keepMs} />
    </Boundary>,
  )
  expect(container.textContent).toMatch(/^INVALID_ARGUMENT: keepMs must be 0 or more milliseconds, got /)
})

class Boundary extends Component<{ children: ReactNode }> {
  override state: { message?: string } = {}
  static getDerivedStateFromError({ code, message }: Error & { code: string }) {
    return { message: `${code}: ${message}` }
  }
  override render() {
    return this.state.message ?? this.props.children
  }
}

test('LC1 `client.close()` closes kept timelines and those of components, and leaves no timer', () => {
  const { client, room, listening } = start()
  const view = render([<List key="a" room={room} />, <List key="b" room={room} max={5} />])
  view.rerender(<List key="b" room={room} max={5} />)
  expect(vi.getTimerCount()).toBeGreaterThan(0)
  client.close()
  view.unmount()
  expect(listening.left).toBe(0)
  vi.advanceTimersByTime(100) // a frame, and the moment after which the room would be left
  expect(vi.getTimerCount()).toBe(0)
})
