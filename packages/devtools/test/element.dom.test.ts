import { createClient } from '@roomful/client'
import { defineRoomfulDevtools, type RoomfulDevtoolsElement } from '@roomful/devtools'
import { expect, onTestFinished, test } from 'vitest'

test('DV6 an element that a framework made before it was registered takes the client that it got', () => {
  const client = createClient({ url: 'https://app.example', autoConnect: false })
  onTestFinished(client.close)
  const element = document.createElement('roomful-devtools') as RoomfulDevtoolsElement
  onTestFinished(() => element.remove())
  element.client = client
  document.body.append(element)
  expect(element.shadowRoot).toBeNull()
  defineRoomfulDevtools()
  defineRoomfulDevtools()
  expect(element.client).toBe(client)
  expect(element.shadowRoot?.textContent).toContain('Timeline')
})
