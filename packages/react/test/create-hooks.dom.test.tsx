import { type Client, type EventsMap, type SocketIoContract } from '@roomful/client'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { clientHooks, createHooks } from '../src/index.ts'
import { createBell } from './support/bell.ts'
import { createFakeClient } from './support/fake-client.ts'
import { shown } from './support/shown.ts'

type Untyped = SocketIoContract<EventsMap, EventsMap>

afterEach(cleanup)

/** A client with all that the bound hooks read; it answers requests with its name. */
function createNamedClient(name: string) {
  const fake = createFakeClient()
  const bell = createBell()
  const emitWithAck = () => Promise.resolve(name)
  const client = Object.assign(fake.client, { on: bell.client.on, with: () => ({ emitWithAck }) }) as Client<Untyped>
  return { ...fake, bell, client }
}

test('clientHooks are bound to the client of createHooks, and take another client', async () => {
  const [own, other] = [createNamedClient('own'), createNamedClient('other')]
  const hooks = createHooks(own.client, clientHooks)
  function Page() {
    const ask = hooks.useEmitWithAck('whoami')
    const askOther = hooks.useEmitWithAck('whoami', { client: other.client })
    hooks.useUnsentGuard()
    const values = [
      hooks.useOutbox(({ queued }) => queued),
      hooks.useOutbox(({ queued }) => queued, { client: other.client }),
      hooks.useLostConnection({ lostAfterMs: 0 }),
      hooks.useLostConnection({ lostAfterMs: 0, client: other.client }),
      hooks.useEventReducer('n', (sum, n: number) => sum + n, 0),
      hooks.useEventReducer(other.client, 'n', (sum, n: number) => sum + n, 0),
      hooks.useEventBuffer('n').events.join(),
      hooks.useEventBuffer(other.client, 'n').events.join(),
      ask.data,
      askOther.data,
    ]
    const onClick = () => {
      void ask.emitWithAck()
      void askOther.emitWithAck()
    }
    return <button onClick={onClick}>{values.map(String).join(' ')}</button>
  }
  render(<Page />)
  await shown(() => {
    own.setOutbox({ queued: 1 })
    other.setOutbox({ queued: 2 })
    own.connection.set({ status: 'reconnecting', since: Date.now() } as never)
    own.bell.ring('n', 3)
    other.bell.ring('n', 4)
    screen.getByRole('button').click()
  })
  expect(await screen.findByText('1 2 lost undefined 3 4 3 4 own other')).toBeTruthy()
})

test('hooks for events take a room as well, or no room', async () => {
  const { client, bell } = createNamedClient('own')
  const room = createBell('room')
  const { useEvent, useEventReducer, useEventBuffer } = createHooks(client, clientHooks)
  const heard: unknown[] = []
  function Page() {
    useEvent('n', (n) => heard.push(`client ${n}`))
    useEvent(room.room, 'n', (n) => heard.push(`room ${n}`))
    useEvent(null, 'n', (n) => heard.push(`null ${n}`))
    const sums = [room.room, null, undefined].map((source) =>
      // oxlint-disable-next-line react/rules-of-hooks -- always three
      useEventReducer(source, 'n', (sum, n) => sum + Number(n), 0),
    )
    const { events } = useEventBuffer(room.room, 'n')
    return <output>{`${sums.join()} ${JSON.stringify(events)}`}</output>
  }
  render(<Page />)
  await shown(() => {
    bell.ring('n', 1)
    room.ring('n', 2, { seq: 7 })
  })
  expect(heard).toEqual(['client 1', 'room 2'])
  expect(screen.getByText('2,0,0 [{"data":2,"meta":{"seq":7}}]')).toBeTruthy()
})

test('an initial state with a client in it is not taken for options', async () => {
  const [own, other] = [createNamedClient('own'), createNamedClient('other')]
  const { useEventReducer } = createHooks(own.client, clientHooks)
  function Page() {
    const { sum } = useEventReducer('n', (state, n: number) => ({ ...state, sum: state.sum + n }), {
      client: other.client,
      sum: 0,
    })
    return <output>{sum}</output>
  }
  render(<Page />)
  await shown(() => {
    own.bell.ring('n', 1)
    other.bell.ring('n', 10)
  })
  expect(screen.getByText('1')).toBeTruthy()
})

test('clientHooks use the client of the nearest provider', () => {
  const { client, setOutbox } = createNamedClient('own')
  const { RoomfulProvider, useOutbox } = createHooks<Untyped>(undefined, clientHooks)
  const Count = () => <output>{useOutbox().queued}</output>
  act(() => setOutbox({ queued: 5 }))
  render(
    <RoomfulProvider client={client}>
      <Count />
    </RoomfulProvider>,
  )
  expect(screen.getByText('5')).toBeTruthy()
})
