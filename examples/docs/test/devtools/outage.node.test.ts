import { createClient, createTimeline, roomful } from '@roomful/client'
import { replayTrace } from '@roomful/testing'
import { readFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'

test('a message from the time of the outage is shown once, behind the one before', async () => {
  const replay = await replayTrace(await readFile(new URL('../traces/outage.trace.json', import.meta.url), 'utf8'))
  onTestFinished(replay.close)
  const client = createClient({ url: replay.url, rooms: roomful() }) // or your app
  onTestFinished(client.close)

  const room = await client.join('general')
  const timeline = createTimeline(room, 'message')
  onTestFinished(timeline.close)
  await replay.finished()

  const texts = () => [...timeline.state.getState().entries].map((entry) => entry.kind === 'message' && entry.data)
  await expect.poll(texts).toEqual([{ text: 'before the outage' }, { text: 'during the outage' }])
})
