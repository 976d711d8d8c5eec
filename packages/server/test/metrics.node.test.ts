import { expect, test } from 'vitest'
import { memoryLog, refuse, type RoomsEvent } from '../src/index.ts'
import { changedLog } from './support/changed-log.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { connectRaw, startRooms, texts } from './support/start-rooms.ts'

test('metrics count connections, rooms and members as they are now', async () => {
  const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
  expect(rooms.metrics()).toMatchObject({ connections: 0, rooms: 0, members: 0, unsentBytes: 0 })
  const [ann, tab, bob] = [await connect({ id: 'ann' }), await connect({ id: 'ann' }), await connect({ id: 'bob' })]
  for (const client of [ann, tab, bob]) await client.join('general')
  await bob.join('random')
  expect(rooms.metrics()).toMatchObject({ connections: 3, rooms: 2, members: 3 })
  bob.socket.disconnect()
  await expect.poll(() => rooms.metrics()).toMatchObject({ connections: 2, rooms: 1, members: 1 })
})

test('metrics count the items of publishes by what became of them, and refusals by code', async () => {
  const { rooms, connect } = await startRooms({ contract: guestChat })
  rooms.handle('message', ({ data: { text } }) => {
    if (text === 'spam') throw refuse('SPAM_OF_ANN', 'no advertising')
    if (text === 'later') throw refuse('RATE', 'slow down')
  })
  const ann = await connect()
  await ann.join('general')
  await ann.publish('general', texts(['hi', 'spam', '']))
  await ann.publish('general', texts(['hi', 'spam', '', 'more', 'later', 'never tried']))
  await ann.publish('elsewhere', texts(['hi'], 9), { epoch: 'an epoch of ours' })
  await ann.ask('$history', { room: 'elsewhere', epoch: 'an epoch of ours', after: 0, limit: 1 })
  const { publishes, refusals, commitMs, fanOutMs } = rooms.metrics()
  expect(publishes).toEqual({ stored: 2, repeated: 3, refused: 2, deferred: 3 })
  expect(refusals).toMatchObject({ SHAPE: 1, RATE: 1, NOT_MEMBER: 2, APP: 1 })
  expect(commitMs.count).toBe(2)
  expect(fanOutMs.count).toBe(2)
})

test('the buckets of a histogram are cumulative, and contain the time of a slow log', async () => {
  const log = memoryLog()
  const slow = changedLog(log, {
    commit: async (room, batch) => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      return await log.commit(room, batch)
    },
  })
  const { rooms } = await startRooms({ contract: guestChat, log: slow })
  await rooms.to('general').emit('bell')
  const { count, sumMs, buckets } = rooms.metrics().commitMs
  expect(count).toBe(1)
  expect(sumMs).toBeGreaterThan(50)
  expect(buckets.filter(({ le }) => le <= 50).every((bucket) => bucket.count === 0)).toBe(true)
  expect(buckets.at(-1)).toEqual({ le: 10_000, count: 1 })
})

test('metrics count the bounds that were hit', async () => {
  const { rooms, connect } = await startRooms({ contract: guestChat, limits: { rooms: 1 } })
  const ann = await connect()
  await ann.join('one')
  expect(await ann.join('two')).toMatchObject({ code: 'LIMIT' })
  expect(rooms.metrics().bounds.rooms).toBe(1)
})

test('metrics name no room, user or address', async () => {
  const { rooms, url, connect } = await startRooms({
    contract: chat,
    authenticate: (handshake) => {
      if (handshake.auth['id'] === 'mallory') throw refuse('NOT_MALLORY', 'go away')
      return believe(handshake)
    },
  })
  const ann = await connect({ id: 'secret-user' })
  await ann.join('secret-room')
  await ann.publish('secret-room', texts(['secret-text']))
  await ann.ask('$secret-request', {})
  const refused = connectRaw(url, { id: 'mallory' })
  await new Promise((resolve) => refused.on('connect_error', resolve))
  const text = JSON.stringify(rooms.metrics())
  expect(text).not.toMatch(/secret|mallory|127\.0\.0\.1/i)
  expect(rooms.metrics().refusals).toMatchObject({ APP: 1, SHAPE: 1 })
})

test('inspect gets the events of a connection in their order', async () => {
  const events: RoomsEvent[] = []
  const { rooms, connect } = await startRooms({
    contract: chat,
    authenticate: believe,
    inspect: (event) => events.push(event),
  })
  const ann = await connect({ id: 'ann' })
  await ann.join('general')
  await ann.publish('general', texts(['hi', '']))
  await ann.ask('$leave', { room: 'general' })
  await ann.ask('$history', { room: 'general', epoch: 'an epoch of ours', after: 0, limit: 1 })
  ann.socket.disconnect()
  await expect.poll(() => events.at(-1)?.type).toBe('disconnect')
  await rooms.close()
  const durationMs = expect.any(Number)
  const counts = { stored: 1, repeated: 0, refused: 1, deferred: 0 }
  expect(events).toEqual([
    { type: 'connect', user: 'ann' },
    { type: 'join', user: 'ann', room: 'general' },
    { type: 'publish', user: 'ann', room: 'general', ...counts, durationMs },
    { type: 'leave', user: 'ann', room: 'general' },
    { type: 'refuse', user: 'ann', request: '$history', code: 'NOT_MEMBER' },
    { type: 'disconnect', user: 'ann', reason: 'client namespace disconnect', durationMs },
    { type: 'closing', connections: 0 },
    { type: 'closed', durationMs },
  ])
})

test('SEC23 SEC31 no event of inspect has a token, a session id or the text of a message', async () => {
  const events: RoomsEvent[] = []
  const { io, url, connect } = await startRooms({
    contract: chat,
    authenticate: ({ auth }) => {
      if (auth['token'] === 'token-of-mallory') throw refuse('UNAUTHORIZED', `token-of-mallory has expired`)
      return { id: 'ann' }
    },
    inspect: (event) => events.push(event),
  })
  const ann = await connect({ token: 'token-of-ann' })
  const ids = [...io.sockets.sockets.values()].flatMap(({ id, conn }) => [id, (conn as unknown as { id: string }).id])
  await ann.join('general')
  await ann.publish('general', texts(['text-of-ann']))
  await ann.ask('$text-of-ann', {})
  const refused = connectRaw(url, { token: 'token-of-mallory' })
  await new Promise((resolve) => refused.on('connect_error', resolve))
  ann.socket.disconnect()
  await expect.poll(() => events.at(-1)?.type).toBe('disconnect')
  const text = JSON.stringify(events)
  expect(events.length).toBeGreaterThan(4)
  expect(ids).toHaveLength(2)
  for (const secret of ['token-of', 'text-of', ...ids]) expect(text).not.toContain(secret)
})

test('an inspect that throws is reported, and the request is answered', async () => {
  const { errors, connect } = await startRooms({
    contract: guestChat,
    inspect: ({ type }) => {
      if (type === 'join') throw new Error('inspect failed')
    },
  })
  const ann = await connect()
  expect(await ann.join('general')).toMatchObject({ ok: true })
  expect(errors).toMatchObject([{ context: { during: 'inspect' } }])
})

test('createRooms refuses an inspect that is no function', async () => {
  const inspect = 'console.log' as unknown as () => void
  await expect(startRooms({ contract: guestChat, inspect })).rejects.toThrow(
    'createRooms: inspect must be a function, got',
  )
})
