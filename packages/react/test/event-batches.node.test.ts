import { expect, test } from 'vitest'
import { batchesOf } from '../src/event-batches.ts'
import type { EventSource } from '../src/event-source.ts'
import { createBell } from './support/bell.ts'

function start() {
  const bell = createBell()
  const batches = batchesOf(bell.client as unknown as EventSource, 'n')
  const reader = () => {
    const taken: unknown[] = []
    const off = batches.add({ onEvents: (events) => void taken.push(...events.flat()), onFrame: () => {} })
    return { taken, off }
  }
  return { ...bell, batches, reader }
}

test('a new reader gets only later events, and a removed reader gets all events until its removal', () => {
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

test('all readers of one event share one subscription, and each event has its own', () => {
  const { client, batches, reader, listening } = start()
  expect(batchesOf(client as unknown as EventSource, 'n')).toBe(batches)
  expect(batchesOf(client as unknown as EventSource, 'other')).not.toBe(batches)
  const readers = [reader(), reader()]
  expect(listening()).toBe(1)
  for (const { off } of readers) off()
  readers[0]?.off()
  reader()
  expect(listening()).toBe(1)
})

test('a batch of a thousand events goes to the readers before the frame, and no event is lost', () => {
  const { ring, reader } = start()
  const { taken } = reader()
  for (let n = 0; n < 2_500; n += 1) ring('n', n)
  expect(taken).toHaveLength(2_000)
})
