import { defineContract, typeOnly } from '@roomful/contract'
import { expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { startRooms } from './support/start-rooms.ts'

const text = typeOnly<string>()

test.each([
  ['messages count by default', { message: text, alert: text }, [1, 1, 2]],
  ['marked events count, and no others', { message: text, alert: { data: text, unread: true as const } }, [0, 1, 1]],
])('%s, of clients and of the server, and the wire does not carry counts', async (_title, room, counts) => {
  const log = memoryLog()
  const { rooms, connect } = await startRooms({ contract: defineContract({ room }), log })
  const ann = await connect()
  await ann.join('general')
  const said = (n: number, event: string) => ({ n, event, data: 'hi' })
  await ann.publish('general', [said(1, 'message'), said(2, 'alert')])
  await rooms.to('general').emit('message', 'hi')
  const { entries } = await rooms.history('general')
  expect(entries.map(({ count }) => count)).toEqual(counts)
  const { epoch, ...answer } = await ann.join('general', undefined, { last: 3 })
  const keys = ['event', 'data', 'seq', 'id', 'from', 'at']
  expect(Object.keys(answer).toSorted(alphabetic)).toEqual(['entries', 'first', 'head', 'members', 'ok'])
  for (const entry of answer.entries) expect(Object.keys(entry)).toEqual(keys)
  const page = await ann.ask<{ entries: object[] }>('$history', { room: 'general', epoch, after: 0, limit: 3 })
  expect(Object.keys(page).toSorted(alphabetic)).toEqual(['entries', 'epoch', 'first', 'head', 'ok'])
  for (const entry of page.entries) expect(Object.keys(entry)).toEqual(keys)
})

test('events of the inbox count by the same rule', async () => {
  const log = memoryLog()
  const contract = defineContract({
    inbox: { message: text, alert: { data: text, unread: true } },
  })
  const { rooms } = await startRooms({ contract, log })
  await rooms.toUser('ann').emit('message', 'hi')
  await rooms.toUser('ann').emit('alert', 'hi')
  const page = await log.page('$inbox:ann', { after: 0, limit: 9, bytes: 9_999 })
  expect(page.entries.map(({ count }) => count)).toEqual([0, 1])
})

function alphabetic(a: string, b: string): number {
  return a < b ? -1 : 1
}
