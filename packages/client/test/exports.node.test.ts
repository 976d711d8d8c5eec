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
      "createTimeline",
      "defaultLimits",
      "defineContract",
      "describe",
      "eventIn",
      "finalCodes",
      "isEventName",
      "isRoomName",
      "isSchema",
      "passingCodes",
      "persistentOutbox",
      "plainRooms",
      "typeOnly",
      "validate",
      "wire",
    ]
  `)
})
