import { createClient, roomful } from '@roomful/client'
import { replayTrace } from '@roomful/testing'
import { expect, onTestFinished, test } from 'vitest'
import { chat, entriesOf, inspectorOf, startClient, startServer } from './inspector/support.ts'

test('DV11 a recorded trace, saved and read again, is replayed to another client: the same messages, gap-free, after the same cut', async () => {
  await startServer()
  const client = startClient()
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  const seen: string[] = []
  room.on('message', (data) => seen.push(data.text))
  const other = await startClient({ auth: { token: 'bob' } }).join('general')
  await other.emit('message', { text: 'one' })
  await room.emit('message', { text: 'two' })
  inspector.faults.cut()
  await expect.poll(() => client.status).toBe('reconnecting')
  await other.emit('message', { text: 'three' })
  await expect.poll(() => seen).toEqual(['one', 'two', 'three'])
  const text = JSON.stringify(inspector.trace({ withData: true }))

  const replay = await replayTrace(text, { url: 'https://replay.example' })
  onTestFinished(replay.close)
  const again = createClient({
    url: replay.url,
    contract: chat,
    rooms: roomful(),
    reconnect: { minDelayMs: 1, maxDelayMs: 5 },
  })
  onTestFinished(again.close)
  const texts: string[] = []
  const gaps: unknown[] = []
  const replayed = await again.join('general')
  replayed.on('message', (data) => texts.push(data.text))
  replayed.on('gap', (gap) => gaps.push(gap))
  await replayed.emit('message', { text: 'two' })
  await replay.finished()
  await expect.poll(() => texts).toEqual(['one', 'two', 'three'])
  expect(gaps).toEqual([])
  expect(again.connection.getState()).toMatchObject({ status: 'connected', user: { id: 'ann' } })
})

test('DV11 a masked trace is replayed, too: dots in place of texts', async () => {
  await startServer()
  const client = startClient()
  const inspector = inspectorOf(client)
  const room = await client.join('general')
  await room.emit('message', { text: 'one' })
  await expect.poll(() => entriesOf(inspector, 'ack').length).toBe(2)
  const trace = inspector.trace()
  const replay = await replayTrace(trace, { url: 'https://replay.example', sends: 'skip' })
  onTestFinished(replay.close)
  const again = createClient({ url: replay.url, contract: chat, rooms: roomful() })
  onTestFinished(again.close)
  const texts: string[] = []
  const replayed = await again.join('general')
  replayed.on('message', (data) => texts.push(data.text))
  await replay.finished()
  await expect.poll(() => texts).toEqual(['•••'])
})
