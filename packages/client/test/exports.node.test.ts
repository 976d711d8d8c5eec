import * as roomful from '@roomful/client'
import { expect, test } from 'vitest'

test('the names that the package gives out at run time', () => {
  expect(Object.keys(roomful).toSorted()).toMatchInlineSnapshot(`
    [
      "PROTOCOL_VERSION",
      "RoomfulError",
      "ValidationError",
      "assertEventName",
      "assertRoomName",
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
