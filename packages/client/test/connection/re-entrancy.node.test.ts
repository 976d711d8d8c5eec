import { describe, expect, test, vi } from 'vitest'
import { createGuardedStore } from '../../src/store.ts'
import { createFakeConnection, unreachable } from '../support/fake-connection.ts'

const report = (error: unknown): never => {
  throw error
}

describe('CN2 a listener that changes the state', () => {
  test('does not disturb the others: each gets all changes in order', () => {
    const store = createGuardedStore(0, report)
    const received: [number, number][] = []
    store.subscribe((state) => {
      if (state < 3) store.setState(state + 1)
    })
    store.subscribe((state, previous) => received.push([state, previous]))
    store.setState(1)
    expect(received).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ])
    expect(store.getState()).toBe(3)
  })

  test("does not delay the client's own handling of a change", () => {
    const order: string[] = []
    const store = createGuardedStore(0, report, (state) => order.push(`ours ${state}`))
    store.subscribe((state) => {
      if (state === 1) store.setState(2)
      order.push(`app's ${state}`)
    })
    store.setState(1)
    expect(order).toEqual(['ours 1', 'ours 2', "app's 1", "app's 2"])
  })

  test('is not called for changes after its removal, not even for those that happened before', () => {
    const store = createGuardedStore(0, report)
    const received: number[] = []
    store.subscribe((state) => {
      if (state === 1) off()
    })
    const off = store.subscribe((state) => received.push(state))
    store.setState(1)
    expect(received).toEqual([])
  })

  test('CN2 a change to the same state calls no listener', () => {
    const { connection, statuses } = createFakeConnection()
    connection.opened('a', false)
    connection.failed(unreachable, false)
    connection.connect()
    connection.connect()
    expect(statuses).toEqual(['connecting'])
    connection.stop('client')
    connection.stop('client')
    expect(statuses).toEqual(['connecting', 'disconnected client'])
  })
})

describe('DS2 a listener of the connection that throws', () => {
  test('disturbs no other and is reported', async () => {
    const { connection, errors, start, statuses, connects } = createFakeConnection()
    connection.store.subscribe(() => {
      throw new Error('in the app')
    })
    const after = vi.fn<() => void>()
    connection.store.subscribe(after)
    await start()
    connection.opened('a', false)
    expect(statuses).toEqual(['connecting', 'connected'])
    expect(after).toHaveBeenCalledTimes(2)
    expect(connects).toHaveLength(1)
    expect(errors.map(String)).toEqual(['Error: in the app', 'Error: in the app'])
  })
})

describe('CN8 a listener that calls the client at once', () => {
  test('with disconnect() when connected leaves no connection', async () => {
    const { connection, start, calls, connects, losses } = createFakeConnection()
    connection.store.subscribe(({ status }) => {
      if (status === 'connected') connection.stop('client')
    })
    await start()
    connection.opened('a', false)
    expect(connection.store.getState()).toEqual({ status: 'disconnected', reason: 'client' })
    expect([connects.length, losses]).toEqual([1, [{ code: undefined, isStopped: true }]])
    expect(calls.at(-1)).toBe('close')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('with disconnect() when the connection is lost stops the client', async () => {
    const { connection, start, pass, losses, opens } = createFakeConnection()
    connection.store.subscribe(({ status }) => {
      if (status === 'reconnecting') connection.stop('client')
    })
    await start()
    connection.opened('a', false)
    connection.closed(unreachable, false)
    await pass(60_000)
    expect(losses).toEqual([
      { code: 'UNREACHABLE', isStopped: false },
      { code: undefined, isStopped: true },
    ])
    expect(opens()).toBe(1)
  })

  test('with connect() when kicked gets a working connection, and queued emits were dropped before', async () => {
    const { connection, start, pass, losses, connects, statuses } = createFakeConnection()
    connection.store.subscribe(({ status }) => {
      if (status === 'disconnected') connection.connect()
      if (status === 'disconnected') expect(losses).toHaveLength(1)
    })
    await start()
    connection.opened('a', false)
    connection.closed(unreachable, true)
    await pass(0)
    connection.opened('b', false)
    expect(statuses).toEqual(['connecting', 'connected', 'disconnected kicked', 'connecting', 'connected'])
    expect(losses).toEqual([{ code: 'UNREACHABLE', isStopped: true }])
    expect(connects).toHaveLength(2)
  })
})
