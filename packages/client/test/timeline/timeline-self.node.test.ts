import { createTimeline, defineContract, roomful, type TimelineState } from '@roomful/client'
import { createRooms, memoryLog } from '@roomful/server'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startChat } from '../rooms/support/chat-server.ts'
import { DIGITS } from '../../src/page-id.ts'
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

/** Publishes messages of Eve's under ids of her choice, with the numbers 2, 3, 4 … */
async function publishAsEve(url: string, cid: string, ids: readonly (string | undefined)[]): Promise<void> {
  const eve = io(url, { auth: { name: 'Eve' }, transports: ['websocket'] })
  onTestFinished(() => void eve.disconnect())
  const { epoch } = (await eve.emitWithAck('$join', { room: 'general' })) as { readonly epoch: string }
  const items = ids.map((id, index) => ({
    n: 2 + index,
    id,
    event: 'message',
    data: { text: `from Eve ${2 + index}` },
  }))
  await expect(eve.emitWithAck('$publish', { room: 'general', epoch, cid, items })).resolves.toMatchObject({ ok: true })
}
/** What a stranger who has seen the id of a message could take for its sender's cid. */
const cidFrom = (id: string): string => `${id.slice(0, 8)}${'e'.repeat(14)}`

test('SEC18 TL2 C16 a message of another user under the id of an own message does not replace it', async () => {
  const { server, connect } = await startChat()
  const room = await connect('Ann').join('general')
  const timeline = createTimeline(room, 'message')
  const { id } = await timeline.send({ text: 'hello' })
  await rejection(timeline.send({ text: 'spam' }))
  const spam = timeline.state.getState().entries.at(-1) as { readonly id: string }
  await publishAsEve(server.url, cidFrom(id), [spam.id, id])
  await eventually(() =>
    expect(shownIn(timeline.state.getState())).toEqual([
      'hello confirmed own',
      'from Eve 2 confirmed',
      'from Eve 3 confirmed',
      'spam rejected own',
    ]),
  )
  await expect(timeline.send({ text: 'still mine' })).resolves.toMatchObject({ seq: 4 })
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

test('SEC18 TL2 the text of another guest, who has seen all earlier ids, does not stand in place of an own pending message', async () => {
  const contract = defineContract({ room: { message: z.object({ text: z.string() }) } })
  const server = await startServer({ configure: (host) => void createRooms(host, { contract, log: memoryLog() }) })
  const room = await startClient(server.url, { rooms: roomful() }).join('general')
  const timeline = createTimeline(room, 'message')
  const { id } = await timeline.send({ text: 'hello' })
  // The ids that follow on this one, if ids were computed from the last one.
  const nextIds = [1, 2, 3].map((step) => id.slice(0, -1) + DIGITS[(DIGITS.indexOf(id.at(-1) ?? '') + step) % 64])
  await publishAsEve(server.url, cidFrom(id), nextIds)
  await eventually(() => expect(shownIn(timeline.state.getState())).toHaveLength(4))

  const states: (readonly string[])[] = []
  timeline.state.subscribe((state) => states.push(shownIn(state)))
  const receipts = await Promise.all(['pay 10', 'pay 20'].map((text) => timeline.send({ text })))
  for (const shown of states) for (const n of [2, 3, 4]) expect(shown).toContain(`from Eve ${n} confirmed`)
  await eventually(() =>
    expect(shownIn(timeline.state.getState()).slice(-2)).toEqual(['pay 10 confirmed own', 'pay 20 confirmed own']),
  )
  expect(nextIds).not.toContain(receipts[0]?.id)
})
