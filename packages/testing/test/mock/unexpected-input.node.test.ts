import { defineContract, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { catchUncaught } from '../../../client/test/support/uncaught.ts'
import { connectedClient, startMock } from './start.ts'

const chat = defineContract({ room: { message: typeOnly<{ text: string }>() } })

test.each([
  ['no data', undefined],
  ['no items', { room: 'general' }],
  ['an invalid item', { room: 'general', items: [null] }],
  ['no room', { items: [{ event: 'message', data: 1 }] }],
])('a malformed $publish or $volatile is recorded as it is: %s', async (_, data) => {
  const server = await startMock()
  const rooms = createRooms(server.io, { contract: chat })
  onTestFinished(() => rooms.close())
  const client = await connectedClient()
  const lost = vi.fn<() => void>()
  client.on('disconnect', lost)
  client.emit('$volatile', data)
  await client.timeout(20_000).emitWithAck('$publish', data)
  const [volatile, publish] = server.emitted
  expect(volatile).toMatchObject({ event: '$volatile', data: data ?? null, room: undefined })
  expect(publish).toMatchObject({ event: '$publish', data: data ?? null, room: undefined })
  expect(lost).not.toHaveBeenCalled()
})

test('an error in a filter is uncaught and names its fault; the packet, the connection and other faults continue', async () => {
  const thrown = catchUncaught()
  const server = await startMock()
  const received: unknown[] = []
  server.io.on('connection', (socket) => socket.onAny((event) => received.push(event)))
  const client = await connectedClient()
  server.dropNext(({ data }) => (data as { n: number }).n === 1)
  server.duplicateNext('two')
  for (const event of ['one', 'two', 'three']) client.emit(event)
  await expect.poll(() => received).toEqual(['one', 'two', 'two', 'three'])
  expect(thrown).toMatchObject([
    { message: expect.stringMatching(/^the filter of dropNext\(\) threw: TypeError: .+ 'n'/) as string },
  ])
  expect((thrown[0] as Error).cause).toBeInstanceOf(TypeError)
})
