import { expect, onTestFinished, test, vi } from 'vitest'
import { NodeLinks } from '../../src/nodes/node-links.ts'
import { MemoryHub } from '../support/memory-nodes.ts'

test('a start that fails is reported once, and is over half a second after other nodes can be reached', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const node = new MemoryHub().node()
  node.fail()
  const errors: unknown[] = []
  const links = new NodeLinks(node, { info: '', maxBytes: 65_536, graceMs: 0, report: (error) => errors.push(error) })
  onTestFinished(() => links.stop())
  let isStarted = false
  void links.started.then(() => (isStarted = true))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([isStarted, errors.length]).toEqual([false, 1])
  node.endFailure()
  await vi.advanceTimersByTimeAsync(500)
  expect([isStarted, errors.length]).toEqual([true, 1])
})
