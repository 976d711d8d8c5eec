import { expect, test } from 'vitest'
import type { Message } from '../../../src/roomful/outbox/message.ts'
import { OutboxCore } from '../../../src/roomful/outbox/outbox-core.ts'
import type { OutboxOutput } from '../../../src/roomful/outbox/outbox-steps.ts'

const session = { epoch: 'epoch-one', batchItems: 64, batchBytes: 100_000, eventBytes: 100_000 }

test.each([
  ['64 rooms', 64, 60],
  ['one room', 1, 3_840],
])('OB22 a message costs the same however many are queued: in %s', (_name, rooms, perRoom) => {
  const limit = { messages: 10_000, bytes: 1_000_000 }
  const core = new OutboxCore({ user: 'ann', limit, writes: undefined })
  let reads = 0
  const messageOf = (n: number, room: string): Message => ({
    cid: 'cid',
    n,
    id: `id-of-message-${n}`.slice(-16),
    user: undefined,
    room,
    event: 'message',
    data: n,
    sentAt: undefined,
    get bytes() {
      reads += 1
      return 10
    },
  })
  const step = (input: Parameters<OutboxCore['step']>[0]): OutboxOutput[] => {
    const outputs = core.step(input, 0)
    core.count()
    return outputs
  }
  for (let n = 1; n <= rooms * perRoom; n += 1) step({ type: 'emit', message: messageOf(n, `room ${n % rooms}`) })
  expect(core.count()).toMatchObject({ queued: 3_840, sending: 0, bytes: 38_400 })
  expect(reads).toBeLessThan(5 * 3_840)
  step({ type: 'user', user: 'ann', windowMs: 1_000 })
  step({ type: 'ready', user: 'ann' })
  const sent: OutboxOutput[] = []
  for (let room = 0; room < rooms; room += 1) sent.push(...step({ type: 'open', room: `room ${room}`, session }))
  for (const output of sent)
    if (output.type === 'send') {
      const results = output.batch.messages.map((_, seq) => ({ seq, at: 1 }))
      sent.push(...step({ type: 'answer', batch: output.batch, answer: { ok: true, epoch: 'epoch-one', results } }))
    }
  expect(sent.filter(({ type }) => type === 'settled')).toHaveLength(3_840)
  expect(core.count()).toEqual({ queued: 0, sending: 0, bytes: 0, rooms: new Set() })
  expect(reads).toBeLessThan(20 * 3_840)
})
