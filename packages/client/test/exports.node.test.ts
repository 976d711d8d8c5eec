import * as roomful from '@roomful/client'
import { expect, test } from 'vitest'

test('the names that the package gives out at run time', () => {
  expect(Object.keys(roomful).toSorted()).toMatchInlineSnapshot(`
    [
      "RoomfulError",
      "ValidationError",
      "createClient",
      "createPresence",
      "createTimeline",
      "createTyping",
      "defineContract",
      "lostConnection",
      "persistentOutbox",
      "plainRooms",
      "typeOnly",
    ]
  `)
})
