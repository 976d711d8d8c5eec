import { expect, test } from 'vitest'
import { RequestTurns } from '../src/guard/request-turns.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Begins `count` requests of each connection, one connection after the other, and records those that have begun. */
function startBurst(counts: Readonly<Record<string, number>>) {
  const turns = new RequestTurns()
  const begun: string[] = []
  const connections = new Map(Object.keys(counts).map((name) => [name, {}]))
  const request = async (name: string, number: number): Promise<void> => {
    await turns.begin(connections.get(name)!)
    begun.push(`${name}${number}`)
  }
  for (const [name, count] of Object.entries(counts))
    for (let number = 0; number < count; number += 1) void request(name, number)
  return { begun, request }
}

test('a few requests begin in their own turn', async () => {
  const { begun } = startBurst({ a: 3, b: 2 })
  await Promise.resolve()
  expect(begun).toEqual(['a0', 'a1', 'a2', 'b0', 'b1'])
})

test('a burst begins over several turns, in its order, and then requests begin at once again', async () => {
  const { begun, request } = startBurst({ a: 100 })
  await Promise.resolve()
  const sizes = [begun.length]
  while (begun.length < 100) {
    await nextTurn()
    sizes.push(begun.length)
  }
  expect(sizes).toEqual([32, 64, 96, 100])
  expect(begun).toEqual(Array.from({ length: 100 }, (_, number) => `a${number}`))
  await nextTurn()
  await request('a', 100)
  expect(begun.at(-1)).toBe('a100')
})

test('a request of another connection waits for one turn, however large the burst is', async () => {
  const { begun } = startBurst({ burst: 1_000, honest: 1 })
  while (!begun.includes('honest0')) await nextTurn()
  expect(begun.length).toBeLessThanOrEqual(64)
})
