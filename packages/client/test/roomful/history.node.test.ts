import { describe, expect, test, vi } from 'vitest'
import { rejection, startClient, startRoomful } from '../support/test-client.ts'
import { startChat } from '../rooms/support/chat-server.ts'
import { startPlain } from '../rooms/support/plain-server.ts'
import { EPOCH, joinAnswer, startScript } from '../rooms/support/scripted-server.ts'

const textsOf = ({ messages }: { messages: readonly { event: string; data: unknown }[] }) =>
  messages.map(({ event, data }) => (event === 'message' ? (data as { text: string }).text : event))

async function startWith(count: number) {
  const chat = await startChat()
  const room = await chat.connect('Ann').join('general')
  for (let n = 1; n <= count; n += 1)
    await chat
      .rooms()
      .to('general')
      .emit('message', { text: `${n}` })
  return { ...chat, room }
}

describe('room.history', () => {
  test('is the newest page, oldest first; before and after give the other pages', async () => {
    const { room } = await startWith(7)
    const newest = await room.history({ limit: 3 })
    expect([textsOf(newest), newest.more]).toEqual([['5', '6', '7'], true])
    const older = await room.history({ before: 5, limit: 3 })
    expect([textsOf(older), older.more]).toEqual([['2', '3', '4'], true])
    const oldest = await room.history({ before: 2, limit: 3 })
    expect([textsOf(oldest), oldest.more]).toEqual([['1'], false])
    const next = await room.history({ after: 4, limit: 2 })
    expect([textsOf(next), next.more]).toEqual([['5', '6'], true])
    const last = await room.history({ after: 6 })
    expect([textsOf(last), last.more]).toEqual([['7'], false])
    expect(textsOf(await room.history())).toHaveLength(7)
  })
  test('is empty where the log is empty', async () => {
    const { room } = await startWith(0)
    await expect(room.history()).resolves.toEqual({ messages: [], amendments: [], more: false })
    await expect(room.history({ after: 0 })).resolves.toEqual({ messages: [], amendments: [], more: false })
    await expect(room.history({ before: 1 })).resolves.toEqual({ messages: [], amendments: [], more: false })
  })
  test('has the meta of the live message, and replayed: true', async () => {
    const { room } = await startWith(0)
    const receipt = await room.emit('message', { text: 'hi' })
    await room.emit('bell')
    const { messages } = await room.history()
    expect(messages).toEqual([
      {
        event: 'message',
        data: { text: 'hi' },
        meta: {
          id: receipt.id,
          seq: 1,
          epoch: expect.any(String),
          from: { id: 'ann', name: 'Ann' },
          at: receipt.confirmed && receipt.at,
          replayed: true,
        },
      },
      { event: 'bell', data: undefined, meta: expect.objectContaining({ seq: 2 }) },
    ])
  })
  test("asks for at most a page of the server's limit", async () => {
    const { url, dataOf } = await startScript({
      hello: { limits: { page: 5 } as never },
      $history: () => ({ ...joinAnswer() }),
    })
    const room = await startRoomful(url).join('general')
    await room.history({ limit: 100 })
    await room.history({ before: 9 })
    await room.history({ after: 3, limit: 2 })
    expect(dataOf('$history')).toEqual([
      { room: 'general', epoch: EPOCH, before: Number.MAX_SAFE_INTEGER, limit: 5 },
      { room: 'general', epoch: EPOCH, before: 9, limit: 5 },
      { room: 'general', epoch: EPOCH, after: 3, limit: 2 },
    ])
  })
  test('leaves out messages that the contract refuses, and reports them', async () => {
    const { url } = await startScript({
      $history: () =>
        joinAnswer({
          head: 2,
          entries: [
            { event: 'message', data: { text: 5 }, seq: 1, id: 'a', from: { id: 'ann', name: 'Ann' }, at: 1 },
            { event: 'message', data: { text: 'fine' }, seq: 2, id: 'b', from: null, at: 2 },
          ],
        }),
    })
    const invalid = vi.fn<(error: unknown, from: unknown) => void>()
    const { connect } = await startChat()
    const room = await connect('Ann', { url, onInvalid: invalid }).join('general')
    expect(textsOf(await room.history())).toEqual(['fine'])
    expect(invalid.mock.calls.map(([, from]) => from)).toEqual([{ event: 'message', room: 'general' }])
  })
  test('rejects with NOT_MEMBER before the join and after the leave', async () => {
    const { connect } = await startChat()
    const ann = connect('Ann')
    await ann.connect()
    const room = ann.room('general')
    await expect(room.history()).rejects.toMatchObject({ code: 'NOT_MEMBER' })
    await room.join()
    await room.leave()
    await expect(room.history()).rejects.toMatchObject({ code: 'NOT_MEMBER' })
  })
  test('rejects with UNSUPPORTED on a plain server', async () => {
    const { url } = await startPlain()
    const client = startClient(url)
    const room = await client.join('general')
    const error = await rejection(room.history())
    expect(error).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'plainRooms() has no history: mount @roomful/server and use roomful()',
    })
  })
  test('rejects with DISCONNECTED while not connected', async () => {
    const { connect } = await startChat()
    const ann = connect('Ann')
    const room = await ann.join('general')
    ann.disconnect()
    await expect(room.history()).rejects.toMatchObject({ code: 'DISCONNECTED' })
  })
})
