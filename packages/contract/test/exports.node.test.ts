import * as contract from '@roomful/contract'
import * as protocol from '@roomful/contract/protocol'
import { expect, test } from 'vitest'

test('the public names are these: each change of them needs a changeset', () => {
  expect(Object.keys(contract).toSorted()).toEqual(['RoomfulError', 'ValidationError', 'defineContract', 'typeOnly'])
})

test('the names of the protocol entry are these', () => {
  expect(Object.keys(protocol).toSorted()).toEqual([
    'INBOX',
    'MAX_JOINS_MS',
    'MAX_PARAMS_BYTES',
    'PROTOCOL_VERSION',
    'assertEventName',
    'assertPlainEventName',
    'assertRoomName',
    'bytesOf',
    'defaultLimits',
    'describe',
    'durabilities',
    'eventIn',
    'finalCodes',
    'isEventName',
    'isMessageId',
    'isObject',
    'isPassingCode',
    'isRoomName',
    'isSchema',
    'passingCodes',
    'roomNameError',
    'utf8BytesOf',
    'validate',
    'validateEvent',
    'wire',
  ])
})
