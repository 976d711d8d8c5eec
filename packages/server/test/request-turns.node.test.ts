import { expect, test } from 'vitest'
import { RequestTurns } from '../src/guard/request-turns.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Adds `count` requests of each connection, one connection after the other, and records those that have begun or were dropped. */
function startBurst(counts: Readonly<Record<string, number>>) {
  const turns = new RequestTurns()
  const begun: string[] = []
  const dropped: string[] = []
  const connections = new Map(Object.keys(counts).map((name) => [name, {}]))
  const add = (name: string, number: number): void =>
    turns.add(connections.get(name)!, {
      count: 1,
      begin: () => void begun.push(`${name}${number}`),
      drop: () => void dropped.push(`${name}${number}`),
    })
  for (const [name, count] of Object.entries(counts))
    for (let number = 0; number < count; number += 1) add(name, number)
  return { turns, connections, begun, dropped, add }
}

test('a few requests begin in their own turn', () => {
  const { begun } = startBurst({ a: 3, b: 2 })
  expect(begun).toEqual(['a0', 'a1', 'a2', 'b0', 'b1'])
})

test('a burst begins over several turns, in its order, and then requests begin at once again', async () => {
  const { begun, add } = startBurst({ a: 100 })
  const sizes = [begun.length]
  while (begun.length < 100) {
    await nextTurn()
    sizes.push(begun.length)
  }
  expect(sizes).toEqual([32, 64, 96, 100])
  expect(begun).toEqual(Array.from({ length: 100 }, (_, number) => `a${number}`))
  await nextTurn()
  add('a', 100)
  expect(begun.at(-1)).toBe('a100')
})

test('a request of another connection waits for one turn, however large the burst is', async () => {
  const { begun } = startBurst({ burst: 1_000, honest: 1 })
  while (!begun.includes('honest0')) await nextTurn()
  expect(begun.length).toBeLessThanOrEqual(64)
})

test('the requests of a connection that is closed are dropped; those of others begin', async () => {
  const { turns, connections, begun, dropped } = startBurst({ burst: 100, honest: 2 })
  turns.drop(connections.get('burst')!)
  expect(dropped).toHaveLength(68)
  await nextTurn()
  expect(begun.slice(32)).toEqual(['honest0', 'honest1'])
  turns.drop(connections.get('honest')!)
  expect(dropped).toHaveLength(68)
})
