import { setTimeout as sleep } from 'node:timers/promises'
import { createTimeline } from '@roomful/client'
import { expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startRoomful } from '../support/test-client.ts'
import { EPOCH, joinAnswer, metaOf, startScript } from '../rooms/support/scripted-server.ts'

const PERIOD_MS = 2_500
const entry = (seq: number) => ({ event: 'message', data: seq, seq, id: `ann:${seq}`, from: null, at: seq })

/** The number of packets of this name that a broken server gets in 2.5 s. */
async function count(name: string, script: Parameters<typeof startScript>[0], work?: (url: string) => Promise<void>) {
  const server = await startScript(script)
  if (work) await work(server.url)
  else await startRoomful(server.url).join('general')
  await eventually(() => expect(server.dataOf(name).length).toBeGreaterThan(0))
  await sleep(PERIOD_MS)
  return server.dataOf(name).length
}

test('SEC28 C25 a server whose pages only say that messages are gone is asked once a second', async () => {
  const fetches = await count('$history', {
    $join: (_request, socket) => {
      socket.emit('$head', { room: 'general', epoch: EPOCH, seq: 9e15 })
      return joinAnswer()
    },
    $history: ({ after }) => joinAnswer({ head: 9e15, first: Number(after) + 2 }),
  })
  expect(fetches).toBeLessThanOrEqual(4)
})

test.each<[string, Parameters<typeof startScript>[0]]>([
  [
    'sends a message of another epoch after each join',
    {
      $join: (_request, socket, nth) => {
        setTimeout(() => socket.emit('message', 1, metaOf('general', 9, `epoch-${nth}-other`)), 1)
        return joinAnswer()
      },
    },
  ],
  [
    'refuses each fetch with NOT_MEMBER',
    {
      $join: (_request, socket) => {
        socket.emit('$head', { room: 'general', epoch: EPOCH, seq: 9 })
        return joinAnswer()
      },
    },
  ],
  [
    'answers each fetch with another epoch',
    {
      $join: (_request, socket, nth) => {
        socket.emit('$head', { room: 'general', epoch: `epoch-${nth}`, seq: 9 })
        return joinAnswer({ epoch: `epoch-${nth}` })
      },
      $history: () => joinAnswer({ epoch: 'epoch-other' }),
    },
  ],
  [
    'sends a change of members that does not follow',
    {
      $join: (_request, socket) => {
        setTimeout(() => socket.emit('$members', { room: 'general', v: 9, gone: ['ann'] }), 1)
        return joinAnswer({ members: { v: 1, count: 0, list: [] } })
      },
    },
  ],
])('SEC28 C25 a server that %s gets a few joins, and then fewer and fewer', async (_what, script) => {
  const joins = await count('$join', script)
  expect(joins).toBeGreaterThanOrEqual(2)
  expect(joins).toBeLessThanOrEqual(6)
})

test('SEC28 C25 a timeline asks a server whose pages have none of the missing messages once a second', async () => {
  const fetches = await count(
    '$history',
    {
      $join: (_request, _socket, nth) =>
        nth === 1 ? joinAnswer({ head: 2, entries: [entry(1), entry(2)] }) : joinAnswer({ head: 9 }),
      $history: () => joinAnswer({ head: 9 }),
    },
    async (url) => {
      const client = startRoomful(url)
      const room = client.room('general')
      const timeline = createTimeline(room, 'message', { initial: 5 })
      await room.join()
      await vi.waitFor(() => expect(timeline.state.getState().entries.length).toBe(2))
      await room.leave()
      await room.join()
    },
  )
  expect(fetches).toBeLessThanOrEqual(4)
})

test('C25 a page without the messages that follow fails the load, and changes nothing', async () => {
  const { url } = await startScript({
    $join: () => joinAnswer({ head: 9, entries: [entry(8), entry(9)] }),
    $history: () => joinAnswer({ head: 9, entries: [entry(9)] }),
  })
  const client = startRoomful(url)
  const room = client.room('general')
  const timeline = createTimeline(room, 'message', { initial: 2 })
  await room.join()
  await vi.waitFor(() => expect(timeline.state.getState().entries.length).toBe(2))
  await expect(timeline.loadOlder()).rejects.toMatchObject({
    code: 'INVALID',
    message: "the server's page has none of the messages that follow",
  })
  expect(timeline.state.getState().entries.length).toBe(2)
})
