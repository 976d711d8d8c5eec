import type { Client, ClientOptions, Room } from '@roomful/client'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { rejection, startClient, startRoomful } from '../support/test-client.ts'
import { textsOf } from './support/outcomes.ts'
import { startPlain } from './support/plain-server.ts'
import { startScript } from './support/scripted-server.ts'

interface Started {
  readonly client: Client
  readonly room: Room
  /** The texts that the server got, in order. */
  readonly texts: () => unknown[]
}

/** A client that connects when the test says, whose messages are queued until then. */
const servers: [string, (options?: Pick<ClientOptions, 'onDrop'>) => Promise<Started>][] = [
  [
    'plainRooms()',
    async (options) => {
      const { url, received } = await startPlain()
      const client = startClient(url, { autoConnect: false, ...options })
      const texts = () => received.flatMap(({ data }) => (data as { text?: unknown }).text ?? [])
      return { client, room: client.room('general'), texts }
    },
  ],
  [
    'roomful()',
    async (options) => {
      const { url, dataOf } = await startScript()
      const client = startRoomful(url, { autoConnect: false, ...options })
      const texts = () =>
        textsOf(dataOf('$publish'))
          .flat()
          .map((data) => (data as { text: unknown }).text)
      return { client, room: client.room('general'), texts }
    },
  ],
]

describe.each(servers)('RM14 room.with(…) and %s', (rooms, start) => {
  test('emits and sends as the room itself, where the options end nothing', async () => {
    const { client, room, texts } = await start()
    const controller = new AbortController()
    const added = vi.spyOn(controller.signal, 'addEventListener')
    const removed = vi.spyOn(controller.signal, 'removeEventListener')
    const { emit, send } = room.with({ timeoutMs: 20_000, signal: controller.signal })
    void room.join()
    const sent = [emit('m', { text: 'a' }), send({ text: 'b' })]
    await client.connect()
    await Promise.all(sent)
    await eventually(() => expect(texts()).toEqual(['a', 'b']))
    expect(removed.mock.calls.length).toBe(added.mock.calls.length)
    controller.abort()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }))
  })
  test('rejects with TIMEOUT, and a queued message is not sent later', async () => {
    const dropped: string[] = []
    const { client, room, texts } = await start({ onDrop: ({ error }) => dropped.push(error.code) })
    void room.join()
    const error = await rejection(room.with({ timeoutMs: 20 }).emit('m', { text: 'late' }))
    expect(error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('20 ms') as unknown })
    if (rooms === 'roomful()') expect(dropped).toEqual(['TIMEOUT'])
    expect(client.outbox.getState().queued).toBe(0)
    await client.connect()
    await room.emit('m', { text: 'next' })
    await eventually(() => expect(texts()).toEqual(['next']))
  })
  test('rejects with the reason of an abort, and a queued message is not sent later', async () => {
    const { client, room, texts } = await start()
    void room.join()
    const controller = new AbortController()
    const sent = rejection(room.with({ signal: controller.signal }).send({ text: 'aborted' }))
    controller.abort(new Error('the page was left'))
    expect(await sent).toEqual(new Error('the page was left'))
    expect(client.outbox.getState().queued).toBe(0)
    await client.connect()
    await room.emit('m', { text: 'next' })
    await eventually(() => expect(texts()).toEqual(['next']))
  })
  test('rejects at once with the reason of a signal that is aborted already', async () => {
    const { client, room } = await start()
    void room.join()
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(room.with({ signal }).emit('m', {})).rejects.toThrow('too late')
    expect(client.outbox.getState().queued).toBe(0)
  })
  test.each([-1, Infinity, Number.NaN, '5'])('refuses timeoutMs %s', async (timeoutMs) => {
    const { client, room } = await start()
    void room.join()
    const emitting = room.with({ timeoutMs: timeoutMs as number }).emit('m', {})
    await expect(emitting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(client.outbox.getState().queued).toBe(0)
  })
  test('rejects as the room itself where the room is not joined', async () => {
    const { room } = await start()
    await expect(room.with({ timeoutMs: 20_000 }).emit('m', {})).rejects.toMatchObject({ code: 'NOT_MEMBER' })
  })
})

describe('RM14 a message that was sent with roomful()', () => {
  /** A joined room whose first batch the server answers when the test does. */
  async function startUnanswered() {
    const answers: (() => void)[] = []
    const script = await startScript({
      $publish:
        ({ epoch, items }) =>
        (acknowledge) =>
          answers.push(() => acknowledge({ ok: true, epoch, results: items.map(() => ({ seq: 1, at: 0 })) })),
    })
    const client = startRoomful(script.url)
    const room = await client.join('general')
    return { client, room, answers }
  }
  test('is still stored after TIMEOUT, which says that the outcome is unknown', async () => {
    const { client, room, answers } = await startUnanswered()
    const error = await rejection(room.with({ timeoutMs: 50 }).emit('m', 1))
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      message:
        'timed out after 50 ms waiting for the receipt of "m" in room general; if it was sent, it may still be stored',
    })
    expect(client.outbox.getState()).toMatchObject({ sending: 1 })
    answers[0]?.()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }))
  })
  test('is still stored after an abort', async () => {
    const { client, room, answers } = await startUnanswered()
    const controller = new AbortController()
    const sent = rejection(room.with({ signal: controller.signal }).emit('m', 1))
    await eventually(() => expect(answers).toHaveLength(1))
    controller.abort('left')
    expect(await sent).toBe('left')
    expect(client.outbox.getState()).toMatchObject({ sending: 1 })
    answers[0]?.()
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }))
  })
})
