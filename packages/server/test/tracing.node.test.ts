import { expect, test } from 'vitest'
import type { RoomsTracing } from '../src/index.ts'
import { guestChat } from './support/chat.ts'
import { startRooms, texts } from './support/start-rooms.ts'

const valid = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

function recordTracing() {
  const seen: (string | undefined)[] = []
  const tracing: RoomsTracing = {
    handle(message, run) {
      seen.push(message.traceparent)
      return run()
    },
  }
  return { seen, tracing }
}

test('a malformed traceparent is ignored: it refuses no message', async () => {
  const { seen, tracing } = recordTracing()
  const { connect } = await startRooms({ contract: guestChat, tracing })
  const ann = await connect()
  await ann.join('general')
  const malformed = [undefined, null, 7, {}, [], '', valid.toUpperCase(), `${valid}\n`, `${valid}0`, 'x'.repeat(55)]
  const [first] = texts(['hi'])
  const items = [...malformed, 'x'.repeat(20_000), valid].map((traceparent, index) => ({
    ...first,
    event: 'message',
    n: index + 1,
    traceparent,
  }))
  const { results } = await ann.publish('general', items)
  expect(results).toHaveLength(items.length)
  expect(results?.every((result) => 'seq' in result)).toBe(true)
  expect(seen).toEqual([...Array.from({ length: items.length - 1 }, () => undefined), valid])
})

test('S5 the traceparent is not a part of the message: with another one it is the same message', async () => {
  const { connect } = await startRooms({ contract: guestChat })
  const ann = await connect()
  const { epoch } = await ann.join('general')
  const [item] = texts(['hi'])
  const first = await ann.publish('general', [{ n: 1, event: 'message', ...item, traceparent: valid } as never])
  expect(first).toMatchObject({ results: [{ seq: 1 }] })
  expect(await ann.publish('general', texts(['hi']))).toEqual(first)
  expect(await ann.ask('$history', { room: 'general', epoch, after: 0, limit: 9 })).toMatchObject({
    head: 1,
    entries: [expect.not.objectContaining({ traceparent: valid })],
  })
})
