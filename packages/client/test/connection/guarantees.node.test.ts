import { defaultLimits } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { guaranteesOf } from '../../src/connection/guarantees.ts'
import { hello } from '../support/fake-connection.ts'

const roomful = { rooms: 'roomful', order: true, replay: true, exactlyOnce: true, outbox: 'memory' }

test.each([
  ['our server', hello, 'memory', roomful],
  ['our server, with a stored outbox', hello, 'indexedDB', { ...roomful, outbox: 'indexedDB' }],
  [
    'our server, which remembers no keys',
    { ...hello, limits: { ...defaultLimits, dedupMs: 0 } },
    'memory',
    { ...roomful, exactlyOnce: false },
  ],
  [
    'a plain server',
    undefined,
    'indexedDB',
    { rooms: 'plain', order: false, replay: false, exactlyOnce: false, outbox: 'none' },
  ],
] as const)('CN10 what holds with %s', (_name, said, place, expected) => {
  expect(guaranteesOf(said, place)).toEqual(expected)
})
