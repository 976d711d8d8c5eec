import * as contract from '@roomful/contract'
import * as protocol from '@roomful/contract/protocol'
import { expect, test } from 'vitest'

test('the public names are these: one more or less is a change that a release has to tell', () => {
  expect(Object.keys(contract).toSorted()).toEqual([
    'MAX_PARAMS_BYTES',
    'PROTOCOL_VERSION',
    'RoomfulError',
    'ValidationError',
    'assertEventName',
    'assertRoomName',
    'bytesOf',
    'defaultLimits',
    'defineContract',
    'describe',
    'eventIn',
    'finalCodes',
    'isEventName',
    'isObject',
    'isPassingCode',
    'isRoomName',
    'isSchema',
    'passingCodes',
    'typeOnly',
    'validate',
    'wire',
  ])
})

test('the names of the protocol entry are these', () => {
  expect(Object.keys(protocol).toSorted()).toEqual([
    'MAX_PARAMS_BYTES',
    'PROTOCOL_VERSION',
    'assertEventName',
    'assertRoomName',
    'bytesOf',
    'defaultLimits',
    'describe',
    'eventIn',
    'finalCodes',
    'isEventName',
    'isObject',
    'isPassingCode',
    'isRoomName',
    'passingCodes',
    'validate',
    'wire',
  ])
})
