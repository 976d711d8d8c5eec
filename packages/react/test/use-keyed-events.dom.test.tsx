import { type Client, createKeyedEvents } from '@roomful/client'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { clientHooks, createHooks, useEvent, useEventReducer, useKeyedEvents } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { shown } from './support/shown.ts'

interface Tick {
  readonly key: number
  readonly n: number
}
const byKey = ({ key }: Tick): number => key
const latest = (_: number, { n }: Tick): number => n

afterEach(cleanup)

function start() {
  const bell = createBell()
  return {
    ...bell,
    client: bell.client as unknown as Client,
    tick: (key: number, n: number) => bell.ring('tick', { key, n }),
  }
}

test('1,000 components of a key each share one listener, and an event renders only those of its key', async () => {
  const { client, tick, listening } = start()
  const renders: number[] = []
  function Cell({ index }: { index: number }) {
    const ticks = useKeyedEvents(client, 'tick', byKey)
    renders.push(index)
    return <output>{useEventReducer(ticks, index, latest, -1)}</output>
  }
  const view = render(Array.from({ length: 1_000 }, (_, index) => <Cell key={index} index={index} />))
  expect(listening()).toBe(1)
  renders.length = 0
  await shown(() => {
    tick(7, 1)
    tick(8, 2)
    tick(7, 3)
  })
  expect(renders).toEqual([7, 8])
  expect(
    screen
      .getAllByRole('status')
      .slice(6, 10)
      .map(({ textContent }) => textContent),
  ).toEqual(['-1', '3', '2', '-1'])
  view.unmount()
  expect(listening()).toBe(0)
})

test('a component that changes its key, its event or its source follows the new one', async () => {
  const { client, tick, ring, listening } = start()
  const other = start()
  const heard: string[] = []
  function Cell({ of, event = 'tick', id }: { of: Client | null; event?: string; id: number }) {
    const ticks = useKeyedEvents(of as Client, event, byKey)
    useEvent(ticks, id, ({ n }) => heard.push(`${event} ${id} ${n}`))
    return null
  }
  const view = render(<Cell of={client} id={1} />)
  tick(1, 1)
  view.rerender(<Cell of={client} id={2} />)
  tick(1, 2)
  tick(2, 3)
  view.rerender(<Cell of={client} event="tock" id={2} />)
  tick(2, 4)
  ring('tock', { key: 2, n: 5 })
  view.rerender(<Cell of={other.client} id={2} />)
  other.tick(2, 6)
  view.rerender(<Cell of={null} id={2} />)
  other.tick(2, 7)
  expect(heard).toEqual(['tick 1 1', 'tick 2 3', 'tock 2 5', 'tick 2 6'])
  expect([listening(), other.listening()]).toEqual([0, 0])
})

test('is bound by createHooks; its events go to the bound hooks with keys of any type', async () => {
  const { client, tick } = start()
  const hooks = createHooks(client, clientHooks)
  const own = createKeyedEvents(client, 'tick', ({ key }: Tick) => key > 5)
  const heard: number[] = []
  function Cell() {
    const ticks = hooks.useKeyedEvents('tick', byKey)
    hooks.useEvent(ticks, 7, ({ n }) => heard.push(n))
    const sum = hooks.useEventReducer(own, true, (total: number, { n }: Tick) => total + n, 0)
    const same = useKeyedEvents(client, 'tick', byKey) === ticks
    return <output>{`${sum} ${same}`}</output>
  }
  render(<Cell />)
  await shown(() => {
    tick(7, 1)
    tick(4, 10)
    tick(6, 100)
  })
  expect(heard).toEqual([1])
  expect(screen.getByRole('status').textContent).toBe('101 true')
})
