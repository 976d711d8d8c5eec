import * as contract from '@roomful/contract'
import { expect, test } from 'vitest'

test('the public names are these: one more or less is a change that a release has to tell', () => {
  expect(Object.keys(contract).toSorted()).toEqual([
    'PROTOCOL_VERSION',
    'RoomfulError',
    'ValidationError',
    'assertEventName',
    'assertRoomName',
    'defaultLimits',
    'defineContract',
    'describe',
    'eventIn',
    'finalCodes',
    'isEventName',
    'isRoomName',
    'isSchema',
    'passingCodes',
    'typeOnly',
    'validate',
    'wire',
  ])
})
