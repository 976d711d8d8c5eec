import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { recordInspect, startClient, startRoomful } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

test.each([
  ['roomful()', '$volatile', startScript, startRoomful],
  ['plainRooms()', 'cursor', startPlain, startClient],
])(
  'P12 C18 with %s, volatile events are dropped while the connection is congested',
  async (_rooms, name, serve, start) => {
    const { url, received } = await serve()
    const { ofType, inspect } = recordInspect()
    const client = start(url, { inspect, socket: { transports: ['websocket'] } })
    const room = await client.join('general')
    const sent: boolean[] = []
    for (let x = 0; x < 500; x += 1) sent.push(room.volatile.emit('cursor', { x }))
    client.emit('end')
    await eventually(() => expect(received.at(-1)).toMatchObject({ event: 'end' }))
    const reasons = ofType('drop').map(({ reason }) => reason)
    expect(reasons.length).toBeGreaterThan(0)
    expect(new Set(reasons)).toEqual(new Set(['volatile, and the connection is congested']))
    expect(received.filter(({ event }) => event === name)).toHaveLength(500 - reasons.length)
    expect(sent.filter((isSent) => !isSent)).toHaveLength(reasons.length)
  },
)
