import { defineContract, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { catchUncaught } from '../../../client/test/support/uncaught.ts'
import { connectedClient, startMock } from './start.ts'

const chat = defineContract({ room: { message: typeOnly<{ text: string }>() } })

test.each([
  ['nothing', undefined],
  ['no items', { room: 'general' }],
  ['an item that is none', { room: 'general', items: [null] }],
  ['no room', { items: [{ event: 'message', data: 1 }] }],
])('what a client says that no client of ours says is recorded as it came: %s', async (_, data) => {
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

test('a filter that throws fails by its name, and the packet, its connection and other faults go on', async () => {
  const thrown = catchUncaught()
  const server = await startMock()
  const heard: unknown[] = []
  server.io.on('connection', (socket) => socket.onAny((event) => heard.push(event)))
  const client = await connectedClient()
  server.dropNext(({ data }) => (data as { n: number }).n === 1)
  server.duplicateNext('two')
  for (const event of ['one', 'two', 'three']) client.emit(event)
  await expect.poll(() => heard).toEqual(['one', 'two', 'two', 'three'])
  expect(thrown).toMatchObject([
    { message: expect.stringMatching(/^the filter of dropNext\(\) threw: TypeError: .+ 'n'/) as string },
  ])
  expect((thrown[0] as Error).cause).toBeInstanceOf(TypeError)
})
