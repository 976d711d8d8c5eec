import { expect, test } from 'vitest'
import { readDevOptions } from '../dev-options.mjs'

const url = 'redis://127.0.0.1:6379'

test('npm start has one node, without Redis unless an address is given', () => {
  expect(readDevOptions([], {})).toEqual({ nodes: 1, redisUrl: undefined })
  expect(readDevOptions([], { REDIS_URL: '' })).toEqual({ nodes: 1, redisUrl: undefined })
  expect(readDevOptions([], { REDIS_URL: url })).toEqual({ nodes: 1, redisUrl: url })
})

test('--nodes takes the Redis of --redis, or else of REDIS_URL', () => {
  const own = 'rediss://user:secret@redis.example:6380'
  expect(readDevOptions(['--nodes', '3', '--redis', own], { REDIS_URL: url })).toEqual({ nodes: 3, redisUrl: own })
  expect(readDevOptions(['--nodes=2'], { REDIS_URL: url })).toEqual({ nodes: 2, redisUrl: url })
})

test('several nodes without Redis are refused', () => {
  expect(() => readDevOptions(['--nodes', '3'], {})).toThrow(
    '--nodes 3 needs a Redis that the nodes share: add --redis redis://127.0.0.1:6379, or set REDIS_URL. Without Redis the demo has one node, with SQLite.',
  )
})

test.each([
  [['--nodes', 'three'], '--nodes is "three": expected a whole number from 1 to 16'],
  [['--nodes', '0'], '--nodes is "0": expected a whole number from 1 to 16'],
  [['--nodes', '1.5'], '--nodes is "1.5": expected'],
  [['--nodes', ''], '--nodes is "": expected'],
  [['--nodes', '17'], '--nodes is "17": expected'],
  [['--redis', 'secret@localhost'], '--redis: expected an address like redis://127.0.0.1:6379'],
  [['--node', '3'], "Unknown option '--node'"],
  [['3'], 'expected npm start -- [--nodes 3] [--redis redis://127.0.0.1:6379]'],
])('%j is refused with what was expected', (args, message) => {
  expect(() => readDevOptions(args, {})).toThrow(message)
})
