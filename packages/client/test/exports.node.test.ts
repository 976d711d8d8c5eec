import * as roomful from '@roomful/client'
import { expect, test } from 'vitest'

test('the names that the package gives out at run time', () => {
  expect(Object.keys(roomful).toSorted()).toMatchInlineSnapshot(`
    [
      "MAX_PARAMS_BYTES",
      "PROTOCOL_VERSION",
      "RoomfulError",
      "ValidationError",
      "assertEventName",
      "assertRoomName",
      "bytesOf",
      "createClient",
      "createPresence",
      "createTimeline",
      "createTyping",
      "defaultLimits",
      "defineContract",
      "describe",
      "eventIn",
      "finalCodes",
      "isEventName",
      "isObject",
      "isPassingCode",
      "isRoomName",
      "isSchema",
      "lostConnection",
      "passingCodes",
      "persistentOutbox",
      "plainRooms",
      "typeOnly",
      "validate",
      "wire",
    ]
  `)
})
