import { expect, test } from 'vitest'
import { batchesOf } from '../src/event-batches.ts'
import type { Heard } from '../src/heard.ts'
import { createBell } from './support/bell.ts'

function start() {
  const bell = createBell()
  const batches = batchesOf(bell.client as unknown as Heard, 'n')
  const reader = () => {
    const taken: unknown[] = []
    const off = batches.add({ take: (events) => void taken.push(...events.flat()), show: () => {} })
    return { taken, off }
  }
  return { ...bell, batches, reader }
}

test('who comes later hears nothing of what was before; who goes has taken what came until then', () => {
  const { ring, reader, listening } = start()
  const first = reader()
  ring('n', 1)
  const second = reader()
  ring('n', 2)
  first.off()
  ring('n', 3)
  second.off()
  ring('n', 4)
  expect(first.taken).toEqual([1, 2])
  expect(second.taken).toEqual([2, 3])
  expect(listening()).toBe(0)
})

test('one event of one client is heard once, whoever reads it; each event on its own', () => {
  const { client, batches, reader, listening } = start()
  expect(batchesOf(client as unknown as Heard, 'n')).toBe(batches)
  expect(batchesOf(client as unknown as Heard, 'other')).not.toBe(batches)
  const readers = [reader(), reader()]
  expect(listening()).toBe(1)
  for (const { off } of readers) off()
  readers[0]?.off()
  reader()
  expect(listening()).toBe(1)
})

test('no more than a thousand wait for the frame, and none is lost', () => {
  const { ring, reader } = start()
  const { taken } = reader()
  for (let n = 0; n < 2_500; n += 1) ring('n', n)
  expect(taken).toHaveLength(2_000)
})
