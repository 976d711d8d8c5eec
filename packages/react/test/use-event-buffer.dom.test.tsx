import { act, cleanup, render } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createEventBuffer } from '../src/event-buffer.ts'
import { useEventBuffer, type UseEventBufferOptions } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { shown } from './support/shown.ts'

afterEach(cleanup)

function start(options: UseEventBufferOptions = {}) {
  const bell = createBell()
  const seen: ReturnType<typeof useEventBuffer>[] = []
  function Buffer(props: UseEventBufferOptions) {
    seen.push(useEventBuffer(bell.client, 'n', { ...options, ...props }))
    return null
  }
  const view = render(<Buffer />)
  const ring = (from: number, to: number) => {
    for (let n = from; n <= to; n += 1) bell.ring('n', n)
  }
  return { bell, seen, view, Buffer, ring, now: () => seen.at(-1) as ReturnType<typeof useEventBuffer> }
}

test('renders once a flush, and loses no event', async () => {
  const { seen, ring, now } = start()
  await shown(() => ring(1, 500))
  expect(seen).toHaveLength(2)
  expect(now()).toMatchObject({ events: Array.from({ length: 500 }, (_, n) => n + 1), dropped: 0 })
  const { events, clear } = now()
  await shown(() => ring(501, 501))
  expect(now().events).toHaveLength(501)
  expect(events).toHaveLength(500) // an earlier array does not change
  expect(now().clear).toBe(clear)
})

test.each([
  ['oldest', [8, 9, 10], 7],
  ['newest', [1, 2, 3], 7],
] as const)('above `max`, the %s events are dropped and counted', async (overflow, kept, dropped) => {
  const onOverflow = vi.fn<(dropped: number) => void>()
  const { seen, ring, now } = start({ max: 3, overflow, onOverflow })
  await shown(() => ring(1, 10))
  expect(now()).toMatchObject({ events: kept, dropped })
  expect(onOverflow.mock.calls).toEqual([[7]])
  const { events } = now()
  await shown(() => ring(11, 12))
  expect(now().dropped).toBe(9)
  expect(onOverflow.mock.calls).toEqual([[7], [2]])
  if (overflow === 'newest') expect(now().events).toBe(events)
  else expect(now().events).toEqual([10, 11, 12])
  expect(seen).toHaveLength(3)
})

test('clear empties the buffer at once and resets `dropped`; on an empty buffer it does not render', async () => {
  const { seen, ring, now } = start({ max: 2 })
  await shown(() => ring(1, 5))
  await shown(() => {
    ring(6, 6) // not shown yet: cleared as well
    now().clear()
  })
  expect(now()).toMatchObject({ events: [], dropped: 0 })
  const renders = seen.length
  await shown(() => now().clear())
  expect(seen).toHaveLength(renders)
  await shown(() => ring(7, 9))
  expect(now()).toMatchObject({ events: [8, 9], dropped: 1 })
})

test('onOverflow is called for drops after a clear, also in the same flush, and not for events that clear removed', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const onOverflow = vi.fn<(dropped: number) => void>()
  const { ring, now } = start({ max: 1, onOverflow, flush: 10 })
  ring(1, 5)
  act(() => void vi.advanceTimersByTime(10))
  act(() => {
    ring(6, 9)
    now().clear()
    ring(10, 13)
    vi.advanceTimersByTime(10)
  })
  expect(now()).toMatchObject({ events: [13], dropped: 3 })
  expect(onOverflow.mock.calls).toEqual([[4], [3]])
})

test('`flush` counts milliseconds from the first new event', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { seen, ring } = start({ flush: 250 })
  ring(1, 2)
  act(() => void vi.advanceTimersByTime(249))
  ring(3, 3)
  expect(seen).toHaveLength(1)
  act(() => void vi.advanceTimersByTime(1))
  expect(seen.at(-1)?.events).toEqual([1, 2, 3])
  expect(vi.getTimerCount()).toBe(0)
})

test('an item is the data, data and meta of a room event, a tuple of several arguments, or a gap', async () => {
  const [bell, hall] = [createBell(), createBell('room')]
  const seen: Record<string, readonly unknown[]> = {}
  function Buffers() {
    seen['none'] = useEventBuffer(bell.client, 'none').events
    seen['many'] = useEventBuffer(bell.client, 'many').events
    seen['room'] = useEventBuffer(hall.room, 'said').events
    seen['gap'] = useEventBuffer(hall.room, 'gap').events
    seen['nowhere'] = useEventBuffer(undefined as typeof hall.room | undefined, 'said').events
    return null
  }
  render(<Buffers />)
  await shown(() => {
    bell.ring('none')
    bell.ring('many', 1, 2)
    hall.ring('said', 'hi', { seq: 1 })
    hall.ring('gap', { reason: 'epoch' })
  })
  expect(seen).toEqual({
    none: [undefined],
    many: [[1, 2]],
    room: [{ data: 'hi', meta: { seq: 1 } }],
    gap: [{ reason: 'epoch' }],
    nowhere: [],
  })
})

test('under StrictMode each event is kept once, and an unmount leaves no listener and no timer', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const bell = createBell()
  let events: readonly unknown[] = []
  function Buffer() {
    events = useEventBuffer(bell.client, 'n', { flush: 1 }).events
    return null
  }
  const view = render(<Buffer />, { wrapper: StrictMode })
  bell.ring('n', 1)
  act(() => void vi.advanceTimersByTime(1))
  expect(events).toEqual([1])
  bell.ring('n', 2)
  view.unmount()
  expect(bell.listening()).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test.each([
  [{ max: 0 }, /max must be a whole number of at least 1, got/],
  [{ flush: -1 }, /flush must be 'frame' or milliseconds/],
  [{ overflow: 'last' as never }, /overflow must be 'oldest' or 'newest'/],
])('an invalid option is refused: %o', (options, message) => {
  expect(() => createEventBuffer(undefined, 'n', () => {}, options)).toThrow(message)
})
