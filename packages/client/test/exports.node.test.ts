import * as client from '@roomful/client'
import { expect, test } from 'vitest'

test('the package exports these names at run time', () => {
  expect(Object.keys(client).toSorted()).toMatchInlineSnapshot(`
    [
      "RoomfulError",
      "ValidationError",
      "amendments",
      "asyncStorageOutbox",
      "createClient",
      "createKeyedEvents",
      "createLostConnection",
      "createPresence",
      "createTimeline",
      "createTyping",
      "defineContract",
      "eventNameRooms",
      "persistentOutbox",
      "plainRooms",
      "positionalRooms",
      "roomFieldRooms",
      "roomIdRooms",
      "roomful",
      "typeOnly",
    ]
  `)
})
