import { createTimeline, defineContract, roomful, type TimelineState } from '@roomful/client'
import { createRooms, memoryLog } from '@roomful/server'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startChat } from '../rooms/support/chat-server.ts'
import { sourceOf } from '../../src/timeline/room-timeline-source.ts'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

/** Each message as its text, its state, and whether it is own. */
const shownIn = ({ entries }: TimelineState) =>
  entries.map((entry) =>
    entry.kind === 'gap'
      ? 'gap'
      : `${(entry.data as { text: string }).text} ${entry.state}${entry.isOwn ? ' own' : ''}`,
  )

test('TL2 C16 a message of another user under the id of an own message does not replace it', async () => {
  const { server, connect } = await startChat()
  const room = await connect('Ann').join('general')
  const timeline = createTimeline(room, 'message')
  const { id } = await timeline.send({ text: 'hello' })
  await rejection(timeline.send({ text: 'spam' }))

  const eve = io(server.url, { auth: { name: 'Eve' }, transports: ['websocket'] })
  onTestFinished(() => void eve.disconnect())
  const { epoch } = (await eve.emitWithAck('$join', { room: 'general' })) as { readonly epoch: string }
  const cid = `${id.slice(0, 8)}${'e'.repeat(14)}`
  const items = [2, 3].map((n) => ({ n, event: 'message', data: { text: `from Eve ${n}` } }))
  await eve.emitWithAck('$publish', { room: 'general', epoch, cid, items })
  await eventually(() =>
    expect(shownIn(timeline.state.getState())).toEqual([
      'hello confirmed own',
      'from Eve 2 confirmed',
      'from Eve 3 confirmed',
      'spam rejected own',
    ]),
  )
  await expect(timeline.send({ text: 'still mine' })).resolves.toMatchObject({ id: `${id.slice(0, 8)}:3`, seq: 4 })
  await eventually(() => expect(shownIn(timeline.state.getState())).toContain('still mine confirmed own'))
})

test('TL2 C16 the user is known while disconnected', async () => {
  const { connect } = await startChat()
  const ann = connect('Ann')
  const room = await ann.join('general')
  await connect('Bob')
    .join('general')
    .then((bobs) => bobs.emit('message', { text: 'hi' }))
  const page = await room.history()
  ann.disconnect()
  const { isSelf } = sourceOf(room)
  expect([{ id: 'ann' }, page.messages[0]?.meta.from, undefined].map(isSelf)).toEqual([true, false, false])
})

test('TL2 C16 a guest’s message is known by its id, and shown once', async () => {
  const contract = defineContract({ room: { message: z.object({ text: z.string() }) } })
  const server = await startServer({ configure: (host) => void createRooms(host, { contract, log: memoryLog() }) })
  const [room, others] = await Promise.all(
    [1, 2].map(() => startClient(server.url, { rooms: roomful() }).join('general')),
  )
  expect(sourceOf(room!).isSelf({ id: 'anyone' })).toBeUndefined()
  const timeline = createTimeline(room!, 'message')
  await Promise.all([timeline.send({ text: 'mine' }), others!.emit('message', { text: 'theirs' })])
  await eventually(() =>
    expect(shownIn(timeline.state.getState()).toSorted()).toEqual(['mine confirmed own', 'theirs confirmed']),
  )
})
