import { createClient } from '@roomful/client'
import { defineRoomfulDevtools, mountRoomfulDevtools } from '@roomful/devtools'
import { expect, onTestFinished, test } from 'vitest'

test('DV6 on a server, where there is no page, nothing happens', () => {
  const client = createClient({ url: 'https://app.example' })
  onTestFinished(client.close)
  defineRoomfulDevtools()
  const unmount = mountRoomfulDevtools(client)
  expect(unmount()).toBeUndefined()
  expect(client.status).toBe('idle')
})
