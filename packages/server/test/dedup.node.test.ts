import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memoryLog, refuse } from '../src/index.ts'
import { sqliteLog } from '../src/sqlite.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { logs } from './support/logs.ts'
import { cidOf, gate, idOf, startRooms, texts, words } from './support/start-rooms.ts'
import { passedWaits } from './support/waits.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

describe.each(logs)('repeated batches, %s log', (_name, create) => {
  test('P1 S3 S5 S6 a repeated batch gets the same answer; no handler runs again, and no member receives it twice', async () => {
    const passWait = passedWaits()
    const { rooms, connect } = await startRooms({ contract: guestChat, log: create() })
    const handled: string[] = []
    rooms.handle('message', ({ data }) => {
      handled.push(data.text)
      if (data.text === 'rude') throw refuse('RUDE', 'be kind')
      if (data.text === 'broken') throw new Error('a bug')
      return { text: data.text.toUpperCase() }
    })
    const ann = await connect()
    await ann.join('general')
    const items = [
      ...texts(['a', 'rude', '', 'broken'], 1),
      { n: 5, event: 'message', data: { text: 'x'.repeat(70_000) } },
      { n: 6, event: 'nonsense' },
      ...texts(['b'], 7),
    ]
    for (const _ of ['first', 'second']) {
      expect(await ann.publish('general', items)).toMatchObject({ code: 'UNAVAILABLE', results: { length: 3 } })
      passWait()
    }
    const first = await ann.publish('general', items)
    expect(first.results).toMatchObject([
      { seq: 1 },
      { code: 'RUDE' },
      { code: 'SHAPE' },
      { code: 'INTERNAL' },
      { code: 'TOO_LARGE' },
      { code: 'SHAPE' },
      { seq: 2 },
    ])
    handled.splice(0)
    expect(await ann.publish('general', items)).toEqual(first)
    const grown = await ann.publish('general', [...items.slice(1), ...texts(['c'], 8)])
    expect(grown.results).toEqual([...(first.results ?? []).slice(1), { seq: 3, at: expect.any(Number) }])
    expect(handled).toEqual(['c'])
    expect(words(ann)).toEqual(['A', 'B', 'C'])
  })

  test('P3 S3 a passing refusal is not recorded: the rest is handled when it is sent again, in order', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat, log: create() })
    let isBusy = true
    rooms.handle('message', ({ data }) => {
      if (isBusy && data.text === 'b') throw refuse('RATE', 'slowly', { after: 250 })
    })
    const ann = await connect()
    await ann.join('general')
    const items = texts(['a', 'b', 'c'])
    expect(await ann.publish('general', items)).toMatchObject({ code: 'RATE', after: 250, results: [{ seq: 1 }] })
    isBusy = false
    expect(await ann.publish('general', items)).toMatchObject({
      ok: true,
      results: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
    })
    expect(words(ann)).toEqual(['a', 'b', 'c'])
  })

  test('SEC18 S5 another body under the same number is a CONFLICT, and a number of an older batch is STALE', async () => {
    const { connect } = await startRooms({ contract: guestChat, log: create() })
    const ann = await connect()
    await ann.join('general')
    await ann.publish('general', texts(['a', 'b']))
    expect(await ann.publish('general', texts(['a', 'other', 'c']))).toMatchObject({
      ok: true,
      results: [{ seq: 1 }, { code: 'CONFLICT', message: 'another message was sent with this number' }, { seq: 3 }],
    })
    const sameData = [{ n: 2, event: 'anything', data: { text: 'b' } }]
    expect((await ann.publish('general', sameData)).results).toMatchObject([{ code: 'CONFLICT' }])
    const otherId = [{ ...texts(['b'], 2)[0]!, id: idOf(99) }]
    expect((await ann.publish('general', otherId)).results).toMatchObject([{ code: 'CONFLICT' }])
    expect((await ann.publish('general', texts(['b'], 2))).results).toMatchObject([{ seq: 2 }])
    await ann.publish('general', texts(['d'], 4))
    expect((await ann.publish('general', texts(['a']))).results).toMatchObject([{ code: 'STALE' }])
    expect(words(ann)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('SEC18 S9 the same user on another connection, or a guest with the same cid, is the same sender; another user is not', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe, log: create() })
    const [before, after, eve] = [
      await connect({ id: 'ann' }),
      await connect({ id: 'ann' }),
      await connect({ id: 'eve' }),
    ]
    for (const client of [before, after, eve]) await client.join('general')
    const first = await before.publish('general', texts(['hi']))
    expect(await after.publish('general', texts(['hi']))).toEqual(first)
    expect(await eve.publish('general', texts(['hi']))).toMatchObject({ results: [{ seq: 2 }] })
    await after.join('other')
    expect(await after.publish('other', texts(['hi']))).toMatchObject({ results: [{ seq: 1 }] })

    const guests = await startRooms({ contract: guestChat, log: create() })
    const [left, back] = [await guests.connect(), await guests.connect()]
    for (const client of [left, back]) await client.join('general')
    const said = await left.publish('general', texts(['hi']))
    left.socket.disconnect()
    expect(await back.publish('general', texts(['hi']))).toEqual(said)
    expect(await back.publish('general', texts(['hi']), { cid: cidOf('b') })).toMatchObject({ results: [{ seq: 2 }] })
  })

  test('S2 F3 a copy sent while the first is handled waits for it: one handler call, one entry, one answer', async () => {
    const slow = gate()
    const { rooms, connect } = await startRooms({ contract: guestChat, log: create() })
    const effects: string[] = []
    rooms.handle('message', async ({ id }) => {
      effects.push(id)
      await slow.opened
    })
    const ann = await connect()
    await ann.join('general')
    const answers = [ann.publish('general', texts(['hi'])), ann.publish('general', texts(['hi', 'you']))]
    await expect.poll(() => effects).toEqual([idOf(1)])
    slow.open()
    const [first, second] = await Promise.all(answers)
    expect(second?.results).toEqual([first?.results?.[0], { seq: 2, at: expect.any(Number) }])
    expect(effects).toEqual([idOf(1), idOf(2)])
    expect(words(ann)).toEqual(['hi', 'you'])
  })

  test('S7 members get what was stored although the log failed, at once, and a copy gets the true answer', async () => {
    const log = create()
    let isFailing = false
    const failing = changedLog(log, {
      subscribe: (room, listener) => log.subscribe(room, (appended) => isFailing || listener(appended)),
      commit: async (room, batch) => {
        const committed = await log.commit(room, batch)
        if (isFailing) throw new Error('no answer from the disk')
        return committed
      },
    })
    const { connect, errors } = await startRooms({ contract: guestChat, log: failing })
    const [ann, bob] = [await connect(), await connect()]
    for (const client of [ann, bob]) await client.join('general')
    isFailing = true
    expect(await ann.publish('general', texts(['a', 'b']))).toMatchObject({
      ok: false,
      code: 'UNAVAILABLE',
      results: [],
    })
    expect(errors).toEqual([
      { error: new Error('no answer from the disk'), context: { during: 'commit', room: 'general' } },
    ])
    await expect.poll(() => words(bob)).toEqual(['a', 'b'])
    isFailing = false
    await bob.publish('general', texts(['c']), { cid: cidOf('b') })
    expect(await ann.publish('general', texts(['a', 'b']))).toMatchObject({
      ok: true,
      results: [{ seq: 1 }, { seq: 2 }],
    })
    await expect.poll(() => words(bob)).toEqual(['a', 'b', 'c'])
    expect(words(ann)).toEqual(['a', 'b', 'c'])
  })

  test('S12 a batch that got lost on its way to the room is sent with the next message, in the order of the log', async () => {
    const log = create()
    let isLossy = false
    const lossy = changedLog(log, {
      subscribe: (room, listener) => log.subscribe(room, (appended) => isLossy || listener(appended)),
    })
    const { connect } = await startRooms({ contract: guestChat, log: lossy })
    const [ann, bob] = [await connect(), await connect()]
    for (const client of [ann, bob]) await client.join('general')
    isLossy = true
    await ann.publish('general', texts(['a', 'b']))
    isLossy = false
    await ann.publish('general', texts(['c'], 3))
    await expect.poll(() => words(bob)).toEqual(['a', 'b', 'c'])
  })

  test('S10 after newEpoch a batch for the old epoch is EPOCH, its answer is known in the new one, and numbers go on', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat, log: create() })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a']))
    await rooms.newEpoch()
    await expect
      .poll(() => ann.of('$head'))
      .toEqual([[{ room: 'general', epoch: expect.any(String), seq: 1, previous: { epoch, head: 1 } }]])
    expect(await ann.publish('general', texts(['b'], 2))).toMatchObject({ ok: false, code: 'EPOCH', results: [] })
    const again = await ann.join('general', { epoch, seq: 1 })
    expect(again).toMatchObject({ ok: true, head: 1, entries: [], continues: 1 })
    expect(again.epoch).not.toBe(epoch)
    expect(await ann.publish('general', texts(['a', 'b']))).toMatchObject({
      ok: true,
      results: [{ seq: 1 }, { seq: 2 }],
    })
    expect(ann.of('message').map(([, meta]) => meta)).toMatchObject([{ epoch }, { epoch: again.epoch, seq: 2 }])
  })
})

test('S8 when no more rows fit, a new sender is LIMIT before its handler runs; known senders are not affected', async () => {
  const { rooms, connect, errors } = await startRooms({ contract: guestChat, log: memoryLog({ maxRows: 1 }) })
  const handled: string[] = []
  rooms.handle('message', ({ data }) => void handled.push(data.text))
  const ann = await connect()
  await ann.join('general')
  await ann.publish('general', texts(['a']))
  const other = { cid: cidOf('b') }
  expect(await ann.publish('general', texts(['b']), other)).toMatchObject({ code: 'LIMIT', after: 1_000, results: [] })
  expect(await ann.publish('general', texts(['a', 'c']))).toMatchObject({ ok: true, results: [{ seq: 1 }, { seq: 2 }] })
  expect(handled).toEqual(['a', 'c'])
  expect(errors).toEqual([])
})

test('P1 S4 F4 a restarted server knows the senders and their answers, also the refused ones', async () => {
  const file = join(temporaryFolder(), 'rooms.db')
  const start = async () => {
    const running = await startRooms({ contract: chat, authenticate: believe, log: sqliteLog({ file }) })
    onTestFinished(() => running.rooms.close())
    running.rooms.handle('message', ({ data }) => {
      if (data.text === 'rude') throw refuse('RUDE', 'be kind')
    })
    return { ...running, ann: await running.connect({ id: 'ann' }) }
  }
  const items = texts(['a', 'rude', 'b'])
  const before = await start()
  const { epoch } = await before.ann.join('general')
  const first = await before.ann.publish('general', items)
  await before.rooms.close()

  const after = await start()
  expect(await after.ann.join('general', { epoch, seq: 1 })).toMatchObject({ epoch, head: 2, entries: [{ seq: 2 }] })
  expect(await after.ann.publish('general', items)).toEqual(first)
  expect((await after.ann.publish('general', texts(['be rude'], 2))).results).toMatchObject([{ code: 'CONFLICT' }])
  expect(await after.ann.publish('general', texts(['c'], 4))).toMatchObject({ results: [{ seq: 3 }] })
  expect(words(after.ann)).toEqual(['c'])
})
