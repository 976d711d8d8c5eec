import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, startClient } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

test.each([
  ['our server', '$volatile', startScript],
  ['a plain server', 'cursor', startPlain],
])('P12 C18 %s: what is volatile is dropped where the connection is congested', async (_server, name, start) => {
  const { url, received } = await start()
  const { ofType, inspect } = recordInspect()
  const client = startClient(url, { inspect, socket: { transports: ['websocket'] } })
  const room = await client.join('general')
  for (let x = 0; x < 500; x += 1) room.volatile.emit('cursor', { x })
  client.emit('end')
  await eventually(() => expect(received.at(-1)).toMatchObject({ event: 'end' }))
  const reasons = ofType('drop').map(({ reason }) => reason)
  expect(reasons.length).toBeGreaterThan(0)
  expect(new Set(reasons)).toEqual(new Set(['volatile, and the connection is congested']))
  expect(received.filter(({ event }) => event === name)).toHaveLength(500 - reasons.length)
})
