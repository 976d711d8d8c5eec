import { expect, test } from 'vitest'
import { startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** A server that answers a join only when the test lets it, later than the client waits. */
async function start() {
  const waiting: (() => void)[] = []
  const server = await startServer({
    configure: (io) =>
      io.on('connection', (socket) => {
        socket.on('join', async ({ room }: { room: string }, acknowledge: () => void) => {
          await new Promise<void>((resolve) => waiting.push(resolve))
          await socket.join(room)
          acknowledge()
        })
        socket.on('leave', async ({ room }: { room: string }, acknowledge: () => void) => {
          await socket.leave(room)
          acknowledge()
        })
      }),
  })
  const membersOf = (room: string) => server.io.sockets.adapter.rooms.get(room)?.size ?? 0
  return {
    client: startClient(server.url),
    membersOf,
    letIn: () => waiting.splice(0).forEach((open) => open()),
    waiting,
  }
}

test('RM5 a leave that overtakes a slow join is sent again after the late acceptance, so that no member stays', async () => {
  const { client, membersOf, letIn } = await start()
  const room = await client.join('general')
  expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
  await room.leave()
  letIn()
  await expect.poll(() => membersOf('general')).toBe(0)
  await client.emitWithAck('leave', { room: 'another' }) // a round trip: earlier packets have been handled
  expect(membersOf('general')).toBe(0)
  expect(room.status).toBe('left')
})

test('RM5 the late acceptance of an earlier join does not end a newer one', async () => {
  const { client, membersOf, letIn, waiting } = await start()
  const room = await client.join('general')
  await room.leave()
  await room.join()
  await expect.poll(() => waiting).toHaveLength(2)
  letIn()
  await expect.poll(() => room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
  expect(membersOf('general')).toBe(1)
})

test('RM10 join() in a listener of the leave joins the room again', async () => {
  const { client, letIn } = await start()
  const room = await client.join('general')
  letIn()
  let again: Promise<unknown> | undefined
  const off = room.state.subscribe(({ status }) => {
    if (status === 'left') again = room.join()
  })
  await room.leave()
  await expect.poll(() => again).toBeDefined()
  off()
  await expect(again).resolves.toBe(room)
})

test('CN9 connect() in a listener of the disconnect connects again', async () => {
  const { client } = await start()
  await client.connect()
  let again: Promise<unknown> | undefined
  const off = client.connection.subscribe(({ status }) => {
    if (status === 'disconnected') again = client.connect()
  })
  client.disconnect()
  off()
  await expect(again).resolves.toBeUndefined()
  expect(client.status).toBe('connected')
})
