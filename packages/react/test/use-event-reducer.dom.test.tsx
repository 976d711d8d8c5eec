import { cleanup, render, screen } from '@testing-library/react'
import { Component, type ReactNode, StrictMode } from 'react'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { useEventReducer } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { shown } from './support/shown.ts'

afterEach(cleanup)

const sum = (state: number, n: number) => state + n

test('every event is reduced, and all events of a frame cause one render', async () => {
  const bell = createBell()
  let renders = 0
  function Sum() {
    renders += 1
    return <output>{useEventReducer(bell.client, 'n', sum, 0)}</output>
  }
  render(<Sum />)
  await shown(() => {
    for (let n = 1; n <= 3_456; n += 1) bell.ring('n', n) // more than one batch
  })
  expect(screen.getByText(String((3_456 * 3_457) / 2))).toBeTruthy()
  expect(renders).toBe(2)
})

test('an equal state does not render, but the next event is reduced from it', async () => {
  const bell = createBell()
  const seen: number[] = []
  function Sum() {
    const isEqual = (a: number, b: number) => Math.floor(a) === Math.floor(b)
    seen.push(useEventReducer(bell.client, 'n', sum, 0, { isEqual }))
    return null
  }
  render(<Sum />)
  for (let n = 0; n < 5; n += 1) await shown(() => bell.ring('n', 0.25))
  expect(seen).toEqual([0, 1])
})

test('the latest reducer gets the events, and a reducer that changes on every render causes no new subscription', async () => {
  const bell = createBell()
  const on = vi.spyOn(bell.client, 'on')
  const Text = ({ turn }: { turn: number }) => (
    <output>{useEventReducer(bell.client, 'n', (state, n: number) => `${state} ${turn}:${n}`, '')}</output>
  )
  const view = render(<Text turn={1} />)
  for (let turn = 2; turn <= 4; turn += 1) {
    await shown(() => bell.ring('n', 0))
    view.rerender(<Text turn={turn} />)
  }
  await shown(() => bell.ring('n', 9))
  expect(screen.getByRole('status').textContent).toBe(' 1:0 2:0 3:0 4:9')
  expect(on).toHaveBeenCalledOnce()
})

test('a reducer gets the meta of a room event, and all arguments of an event', async () => {
  const [bell, hall] = [createBell(), createBell('room')]
  function Both() {
    const texts = useEventReducer(hall.room, 'said', (state, data, { seq }) => `${state} ${data}@${seq}`, '')
    const count = useEventReducer(bell.client, 'many', (state, ...args: number[]) => state + args.length, 0)
    return <output>{`${texts} ${count}`}</output>
  }
  render(<Both />)
  await shown(() => {
    hall.ring('said', 'hi', { seq: 3 })
    bell.ring('many', 1, 2, 3, 4)
  })
  expect(screen.getByText('hi@3 4')).toBeTruthy()
})

test('a reducer gets as many arguments as the event has, so that Math.max is a reducer', async () => {
  const bell = createBell()
  const Max = () => <output>{useEventReducer(bell.client, 'n', Math.max, 0)}</output>
  const Count = () => (
    <output>{useEventReducer(bell.client, 'none', (...args: [string]) => `${args.length}`, '')}</output>
  )
  render([<Max key="max" />, <Count key="count" />])
  await shown(() => {
    for (const n of [5, 3]) bell.ring('n', n)
    bell.ring('none')
  })
  expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toEqual(['5', '1'])
})

test('a thousand components share one listener, and a later component counts later events only', async () => {
  const bell = createBell()
  const Sum = () => <output>{useEventReducer(bell.client, 'n', sum, 0)}</output>
  const page = (count: number) => Array.from({ length: count }, (_, key) => <Sum key={key} />)
  const view = render(page(999), { wrapper: StrictMode })
  await shown(() => bell.ring('n', 1))
  expect(bell.listening()).toBe(1)
  view.rerender(page(1_000))
  await shown(() => bell.ring('n', 1))
  expect(screen.getAllByText('2')).toHaveLength(999)
  expect(screen.getAllByText('1')).toHaveLength(1)
  view.rerender([])
  expect(bell.listening()).toBe(0)
})

test('another room or event starts again with the `initial` of that render; without a room no event is reduced', async () => {
  const [one, two] = [createBell('room'), createBell('room')]
  type Given = { room: typeof one.room | undefined; initial?: number }
  const Sum = ({ room, initial = 0 }: Given) => <output>{useEventReducer(room, 'n', sum, initial)}</output>
  const view = render(<Sum room={one.room} />)
  await shown(() => one.ring('n', 5))
  expect(screen.getByText('5')).toBeTruthy()
  view.rerender(<Sum room={two.room} />)
  expect(screen.getByText('0')).toBeTruthy()
  await shown(() => {
    one.ring('n', 5)
    two.ring('n', 7)
  })
  expect(screen.getByText('7')).toBeTruthy()
  view.rerender(<Sum room={two.room} initial={90} />) // the same room continues
  expect(screen.getByText('7')).toBeTruthy()
  view.rerender(<Sum room={undefined} initial={100} />)
  expect(screen.getByText('100')).toBeTruthy()
  expect(one.listening() + two.listening()).toBe(0)
})

test.each([
  ['the reducer', () => fail(), undefined],
  ['isEqual', (n: number) => n + 1, () => fail()],
])('what %s throws is the nearest error boundary’s, and harms no other component', async (_, reducer, isEqual) => {
  const [bell, other] = [createBell(), createBell()]
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => quiet.mockRestore())
  // `isEqual` is also called on mount. Here only an event must make it fail.
  const failsLater = isEqual && ((a: number, b: number) => a === b || isEqual())
  const Thrower = () => <output>{useEventReducer(bell.client, 'n', reducer, 0, { isEqual: failsLater })}</output>
  const Sum = () => <output>{useEventReducer(bell.client, 'n', sum, 0)}</output>
  const Other = () => <output>{`other ${useEventReducer(other.client, 'n', sum, 0)}`}</output>
  render(
    <>
      <Boundary>
        <Thrower />
      </Boundary>
      <Sum />
      <Other />
    </>,
  )
  const ring = () => {
    bell.ring('n', 1)
    other.ring('n', 1)
  }
  await shown(ring)
  await shown(ring)
  expect(screen.getByText('caught mine')).toBeTruthy()
  expect(screen.getByText('2')).toBeTruthy()
  expect(screen.getByText('other 2')).toBeTruthy()
})

function fail(): never {
  throw new Error('mine')
}

class Boundary extends Component<{ children: ReactNode }> {
  override state: { message?: string } = {}
  static getDerivedStateFromError({ message }: Error) {
    return { message: `caught ${message}` }
  }
  override render() {
    return this.state.message ?? this.props.children
  }
}
