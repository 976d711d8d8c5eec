import { expect, onTestFinished, test, vi } from 'vitest'
import { type Batch, type Committed, memoryLog, refuse } from '../src/index.ts'
import { createServerSender, ServerMessages } from '../src/rooms/server-messages.ts'
import { changedLog } from './support/changed-log.ts'
import { guestChat } from './support/chat.ts'
import { logs } from './support/logs.ts'
import { startRooms, words } from './support/start-rooms.ts'

const entry = (id: string) => ({ event: 'message', data: id, id, from: null, at: 0 })

/** Messages of the server in one room; `replies` says what becomes of each commit, all of which are stored. */
function setUp(replies: (commit: number) => 'answer' | Error = () => 'answer') {
  const log = memoryLog()
  const sizes: number[] = []
  const messages = new ServerMessages(createServerSender(), async (batch: Batch) => {
    const reply = replies(sizes.push(batch.items.length))
    const committed = (await log.commit('general', batch)) as Committed
    if (reply !== 'answer') throw reply
    return committed
  })
  const stored = async () =>
    (await log.page('general', { after: 0, limit: 999, bytes: 99_999 })).entries.map(({ id }) => id)
  return { messages, sizes, stored }
}

test('messages are stored in the order of the calls; those that wait for another go together, 64 at a time', async () => {
  const { messages, sizes, stored } = setUp()
  const ids = Array.from({ length: 100 }, (_, index) => `id ${index}`)
  const places = await Promise.all(ids.map((id) => messages.add(entry(id))))
  expect(places.map(({ seq }) => seq)).toEqual(ids.map((_, index) => index + 1))
  expect(await stored()).toEqual(ids)
  expect(sizes).toEqual([1, 64, 35])
})

test('S5 messages whose answer was lost are written again, and are stored once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { messages, sizes, stored } = setUp((commit) =>
    commit === 2 || commit === 3 ? new Error('no answer') : 'answer',
  )
  const adding = Promise.all(['a', 'b', 'c'].map((id) => messages.add(entry(id))))
  await vi.advanceTimersByTimeAsync(1_000)
  expect((await adding).map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(await stored()).toEqual(['a', 'b', 'c'])
  expect(sizes).toEqual([1, 2, 2, 2])
})

test('after three attempts, or a refusal, the call rejects with the error, and later messages are written', async () => {
  const errors = [new Error('1'), new Error('2'), new Error('3'), refuse('LIMIT', 'full')]
  const { messages } = setUp((commit) => errors[commit - 1] ?? 'answer')
  await expect(messages.add(entry('a'))).rejects.toBe(errors[2])
  await expect(messages.add(entry('b'))).rejects.toBe(errors[3])
  expect(await messages.add(entry('c'))).toMatchObject({ seq: 3 })
})

test('while the log is away, only the first messages are tried again: the others do not wait for one another', async () => {
  let isAway = true
  const { messages, sizes } = setUp(() => (isAway ? new Error('away') : 'answer'))
  const add = (id: string) => messages.add(entry(id))
  const many = await Promise.allSettled(Array.from({ length: 1_001 }, (_, index) => add(`id ${index}`)))
  expect(new Set(many.map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(sizes).toEqual([1, 1, 1, ...Array.from({ length: 15 }, () => 64), 40])
  isAway = false
  await add('back')
  isAway = true
  await expect(add('away again')).rejects.toThrow('away')
  expect(sizes.slice(19)).toEqual([1, 1, 1, 1])
})

test.each(logs)(
  'S5 %s log: a message of the server whose answer was lost is sent once to members',
  async (_name, create) => {
    const log = create()
    let isLost = true
    const forgetful = changedLog(log, {
      commit: async (room, batch) => {
        const committed = await log.commit(room, batch)
        const wasLost = isLost
        isLost = false
        if (wasLost) throw new Error('no answer from the log')
        return committed
      },
    })
    const { rooms, connect, errors } = await startRooms({ contract: guestChat, log: forgetful })
    const ann = await connect()
    await ann.join('general')
    expect(await rooms.to('general').emit('message', { text: 'once' })).toMatchObject({ confirmed: true, seq: 1 })
    expect(await rooms.to('general').emit('message', { text: 'then' })).toMatchObject({ seq: 2 })
    await expect.poll(() => words(ann)).toEqual(['once', 'then'])
    expect(errors).toEqual([])
  },
)
