import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { NodeCalls } from '../../src/nodes/node-calls.ts'
import { NodeLinks } from '../../src/nodes/node-links.ts'
import { type CallHandler, ReceivedCalls } from '../../src/nodes/received-calls.ts'
import { MemoryHub, type MemoryNode } from '../support/memory-nodes.ts'
import { gate } from '../support/start-rooms.ts'

const SECOND = 1_000
/** Longer than a call waits for a node that does not answer. */
const LONG = 20 * SECOND

interface Started {
  readonly node: MemoryNode
  readonly calls: NodeCalls
  /** The arguments of each call that this node has done. */
  readonly did: unknown[]
  readonly errors: unknown[]
}

async function startNode(hub: MemoryHub, handlers?: Record<string, CallHandler>): Promise<Started> {
  const node = hub.node()
  const [did, errors] = [[] as unknown[], [] as unknown[]]
  const links = new NodeLinks(node, {
    info: '',
    graceMs: 0,
    maxBytes: 65_536,
    report: (error) => void errors.push(error),
  })
  const calls = new NodeCalls(links)
  const note: CallHandler = (args) => void did.push(args)
  new ReceivedCalls(links, new Map(Object.entries(handlers ?? { note })))
  await links.started
  return { node, calls, did, errors }
}

/** Three nodes with a stopped clock; the first one calls. */
async function start(handlers?: Record<string, CallHandler>) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const hub = new MemoryHub()
  const [first, second, third] = [await startNode(hub), await startNode(hub, handlers), await startNode(hub)]
  const call = () => {
    const settled = { value: undefined as unknown }
    first.calls.call('rooms.note', 'note', 'x').then(
      () => (settled.value = 'resolved'),
      (error: unknown) => (settled.value = error),
    )
    return settled
  }
  return { hub, first, second, third, call }
}

const pass = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms))

/** Drops the first few deliveries that come to the node. */
function dropFirst(node: MemoryNode, count: number): void {
  let left = count
  node.drop(() => left-- > 0)
}

describe('a call to the other nodes', () => {
  test('resolves at once when each of them has done it, and without other nodes', async () => {
    const { hub, first, second, third, call } = await start()
    const settled = call()
    await pass(0)
    expect([settled.value, first.did, second.did, third.did]).toEqual(['resolved', [], ['x'], ['x']])
    second.node.die()
    third.node.die()
    expect(hub.alive).toEqual([first.node])
    const alone = call()
    await pass(0)
    expect(alone.value).toBe('resolved')
  })

  test('is sent again where it was lost, and each node does it once', async () => {
    const { second, third, call } = await start()
    dropFirst(second.node, 3)
    const settled = call()
    await pass(0)
    expect([settled.value, third.did]).toEqual([undefined, ['x']])
    await pass(3 * SECOND)
    expect([settled.value, second.did, third.did]).toEqual(['resolved', ['x'], ['x']])
  })

  test('is sent again where its answer was lost, and each node does it once', async () => {
    const { first, second, third, call } = await start()
    dropFirst(first.node, 3)
    const settled = call()
    await pass(SECOND)
    expect(settled.value).toBeUndefined()
    await pass(SECOND)
    expect([settled.value, second.did, third.did]).toEqual(['resolved', ['x'], ['x']])
  })

  test('does not wait for a node that dies meanwhile', async () => {
    const { second, call } = await start()
    second.node.drop(() => true)
    const settled = call()
    await pass(3 * SECOND)
    expect(settled.value).toBeUndefined()
    second.node.die()
    await pass(SECOND)
    expect(settled.value).toBe('resolved')
  })

  test('rejects when a living node does not answer, and says that the others have done it', async () => {
    const { second, third, call } = await start()
    second.node.drop(() => true)
    const settled = call()
    await pass(LONG)
    expect(settled.value).toMatchObject({
      code: 'UNAVAILABLE',
      message:
        'rooms.note: 1 of 2 other nodes did not answer; the call had effect on this node and on 1 of the other nodes',
    })
    expect(third.did).toEqual(['x'])
  })

  test('waits as long as a node says that it is busy with it', async () => {
    const finished = gate()
    const { call } = await start({ note: () => finished.opened })
    const settled = call()
    await pass(10 * LONG)
    expect(settled.value).toBeUndefined()
    finished.open()
    await pass(0)
    expect(settled.value).toBe('resolved')
  })

  test('rejects where a node fails, which reports why', async () => {
    const failure = new Error('no database')
    const { second, call } = await start({ note: () => Promise.reject(failure) })
    const settled = call()
    await pass(0)
    expect(settled.value).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('1 of 2 other nodes failed;'),
    })
    expect(second.errors).toMatchObject([{ code: 'INTERNAL', cause: failure }])
  })

  test('rejects where a node has a version without it, and what other versions send is ignored', async () => {
    const { first, second, third, call } = await start({})
    for (const text of ['', 'null', '{"type":"call"}', '{"type":"later","id":"1"}', '"x"', `"${'x'.repeat(100_000)}"`])
      await second.node.send(text)
    const settled = call()
    await pass(0)
    expect(settled.value).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('1 of 2 other nodes has a version without this call;'),
    })
    expect([first.errors, third.errors, third.did]).toEqual([[], [], ['x']])
  })

  test('rejects where the other nodes cannot be listed, with the reason', async () => {
    const { first, call } = await start()
    first.node.fail()
    const settled = call()
    await pass(LONG)
    expect(settled.value).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the other nodes could not be listed'),
      cause: new Error('the connection to the other nodes was lost'),
    })
  })

  test('rejects with CLOSING when this node stops, and with UNAVAILABLE beyond 1,000 at a time', async () => {
    const { first, second, call } = await start()
    second.node.drop(() => true)
    const settled = Array.from({ length: 1_001 }, call)
    await pass(0)
    expect(settled.filter(({ value }) => value === undefined)).toHaveLength(1_000)
    expect(settled.at(-1)?.value).toMatchObject({ code: 'UNAVAILABLE' })
    first.calls.stop()
    await pass(0)
    for (const { value } of settled.slice(0, 1_000)) expect(value).toMatchObject({ code: 'CLOSING' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a node that was out of reach, and not listed', () => {
  test('does what it has missed when it is back, once, and knows how long ago it was', async () => {
    const ages: number[] = []
    const { second, third, call } = await start({ note: (_args, agoMs) => void ages.push(agoMs) })
    second.node.isAlive = false
    const settled = call()
    await pass(0)
    expect([settled.value, third.did, ages]).toEqual(['resolved', ['x'], []])
    await pass(60 * SECOND)
    second.node.isAlive = true
    second.node.restore()
    await pass(0)
    expect(ages).toEqual([60 * SECOND])
    second.node.restore()
    await pass(0)
    expect([ages, third.did]).toEqual([[60 * SECOND], ['x']])
  })

  test('gets nothing that is older than an hour', async () => {
    const { second, call } = await start()
    second.node.isAlive = false
    call()
    await pass(3_601 * SECOND)
    second.node.isAlive = true
    second.node.restore()
    await pass(0)
    expect(second.did).toEqual([])
  })
})

test('a call that comes after 10,000 others may be done again: no more are remembered', async () => {
  const { first, second } = await start()
  const send = (id: number) =>
    first.node.send(JSON.stringify({ type: 'call', id: `old ${id}`, name: 'note', args: id, agoMs: 0 }))
  for (let id = 0; id <= 10_000; id += 1) await send(id)
  await send(1)
  await send(0)
  await pass(0)
  expect(second.did.slice(10_000)).toEqual([10_000, 0])
})
