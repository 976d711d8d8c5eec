import { createTimeline, type Room, type TimelineMessage } from '@roomful/client'
import type { PublishRequest } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../rooms/support/outcomes.ts'
import { EPOCH, startScript } from '../../rooms/support/scripted-server.ts'
import { eventually } from '../../support/eventually.ts'
import { startRoomful } from '../../support/test-client.ts'

const stored = ({ epoch, items }: PublishRequest) => ({
  ok: true,
  epoch,
  results: items.map(({ n }) => ({ seq: n, at: 0 })),
})

/** A timeline of the room, and each state in which it showed its first message. */
function watch(room: Room) {
  const timeline = createTimeline(room, 'm')
  const states: string[] = []
  timeline.state.subscribe(({ entries }) => {
    const { state = 'none' } = (entries.at(0) ?? {}) as Partial<TimelineMessage>
    if (states.at(-1) !== state) states.push(state)
  })
  return { ...timeline, states }
}

test('OB1 the counts leave out a message that was discarded while it is being sent', async () => {
  const { url, dataOf } = await startScript({ $publish: () => undefined })
  const client = startRoomful(url)
  const { send, discard, state } = watch(await client.join('general'))
  const sent = ['sending', 'queued'].map((text) => codeOf(send(text)))
  await eventually(() => expect(dataOf('$publish')).toHaveLength(1))
  expect(client.outbox.getState()).toMatchObject({ queued: 1, sending: 1 })
  for (const counts of [
    { queued: 1, sending: 0 },
    { queued: 0, sending: 0 },
  ]) {
    discard(state.getState().entries.at(0)!.key)
    expect(client.outbox.getState()).toMatchObject(counts)
  }
  await expect(Promise.all(sent)).resolves.toEqual(['UNKNOWN', 'DISCARDED'])
})

describe('OB1 a message that was sending is shown as queued again', () => {
  test('while the server has asked for a wait', async () => {
    const { url } = await startScript({
      $publish: () => ({ ok: false, epoch: EPOCH, results: [], code: 'RATE', after: 300_000 }),
    })
    const client = startRoomful(url)
    const { send, states } = watch(await client.join('general'))
    void send('text')
    await eventually(() => expect(states).toEqual(['queued', 'sending', 'queued']))
    expect(client.outbox.getState()).toMatchObject({ queued: 1, sending: 0 })
  })
  test('when no answer came in time', async () => {
    const { url } = await startScript({
      $publish: (request, _socket, nth) => (nth === 1 ? undefined : stored(request)),
    })
    const { send, states } = watch(await startRoomful(url, { ackTimeoutMs: 30 }).join('general'))
    await send('text')
    expect(states.slice(0, 4)).toEqual(['queued', 'sending', 'queued', 'sending'])
  })
})

test('C19 connections that the app itself ends do not count against a message', async () => {
  const endings = 7
  const { url, dataOf } = await startScript({
    $publish: (request, _socket, nth) => (nth <= endings ? undefined : stored(request)),
  })
  const client = startRoomful(url)
  const room = await client.join('general')
  const sent = codeOf(room.emit('m', 'fine'))
  for (let ending = 1; ending <= endings; ending += 1) {
    await eventually(() => expect(dataOf('$publish')).toHaveLength(ending))
    client.disconnect()
    await client.connect()
  }
  await expect(sent).resolves.toBe('confirmed')
})

test('C19 CN21 connections that the server ends with $bye do not count against a message', async () => {
  const endings = 7
  const { url } = await startScript({
    $publish: (request, socket, nth) => {
      if (nth > endings) return stored(request)
      socket.emit('$bye', { code: 'CLOSING', after: 1 })
      return undefined
    },
  })
  const room = await startRoomful(url).join('general')
  await expect(codeOf(room.emit('m', 'fine'))).resolves.toBe('confirmed')
})

test('EM9 OB2 binary data is rejected by `emit`, since a room’s log is JSON', async () => {
  const { url, events } = await startScript()
  const room = await startRoomful(url).join('general')
  const receipts = [new Uint8Array([1]), { list: [new ArrayBuffer(1)] }].map((data) => codeOf(room.emit('m', data)))
  await expect(Promise.all(receipts)).resolves.toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT'])
  expect(events()).toEqual(['$join'])
})
