import { wire } from '@roomful/contract/protocol'
import { expect, test } from 'vitest'
import { believe, chat, guestChat } from './support/chat.ts'
import { gate, startRooms, texts } from './support/start-rooms.ts'

const cursor = (x: number) => ({ room: 'general', event: 'cursor', data: { x, y: 0 } })

test('S14 $volatile reaches the others, with neither seq nor id, and is not in the log', async () => {
  const { connect } = await startRooms({ contract: chat, authenticate: believe })
  const [ann, bob] = [await connect({ id: 'ann', name: 'Ann' }), await connect({ id: 'bob' })]
  await ann.join('general')
  await bob.join('general')
  ann.socket.emit(wire.volatile, cursor(1))
  await ann.publish('general', texts(['after it']))
  await expect.poll(() => bob.of('message').length).toBe(1)
  expect(bob.of('cursor')).toEqual([
    [
      { x: 1, y: 0 },
      { $room: 'general', from: { id: 'ann', name: 'Ann' }, at: expect.any(Number) },
    ],
  ])
  expect(ann.of('cursor')).toEqual([])
  expect(await ann.join('general')).toMatchObject({ head: 1 })
})

test('S14 from members only; of volatile events only; an ack, where there is one, says why not', async () => {
  const { connect } = await startRooms({
    contract: guestChat,
    authorize: { emit: (context) => context.event !== 'cursor' || context.data.x < 100 },
  })
  const [ann, bob] = [await connect(), await connect()]
  await bob.join('general')
  expect(await ann.ask(wire.volatile, cursor(1))).toMatchObject({ ok: false, code: 'NOT_MEMBER' })
  await ann.join('general')
  expect(await ann.ask(wire.volatile, cursor(100))).toMatchObject({ code: 'FORBIDDEN' })
  expect(await ann.ask(wire.volatile, { ...cursor(1), data: { x: 'a' } })).toMatchObject({ code: 'SHAPE' })
  expect(await ann.ask(wire.volatile, { ...cursor(1), event: 'message' })).toEqual({
    ok: false,
    code: 'SHAPE',
    message: 'the contract has no volatile room event "message"',
  })
  expect(await ann.ask(wire.volatile, cursor(2))).toEqual({ ok: true })
  await ann.publish('general', texts(['after it']))
  await expect.poll(() => bob.of('message').length).toBe(1)
  expect(bob.of('cursor').map(([data]) => data)).toEqual([{ x: 2, y: 0 }])
})

test('S14 whose line breaks while permission takes its time sends nothing, member or not', async () => {
  const [asked, allowed] = [gate(), gate<boolean>()]
  const { io, rooms, connect } = await startRooms({
    contract: chat,
    authenticate: believe,
    authorize: {
      emit: () => {
        asked.open()
        return allowed.opened
      },
    },
  })
  const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
  await ann.join('general')
  await bob.join('general')
  ann.socket.emit(wire.volatile, cursor(1))
  await asked.opened
  ann.socket.io.engine.close()
  await expect.poll(() => io.sockets.sockets.size).toBe(1)
  allowed.open(true)
  await new Promise(setImmediate)
  await rooms.to('general').emit('bell')
  await expect.poll(() => bob.of('bell').length).toBe(1)
  expect(bob.of('cursor')).toEqual([])
  await rooms.close()
})

test('S14 who leaves while permission takes its time sends nothing', async () => {
  const allowed = gate<boolean>()
  const { connect } = await startRooms({ contract: guestChat, authorize: { emit: () => allowed.opened } })
  const [ann, bob] = [await connect(), await connect()]
  await ann.join('general')
  await bob.join('general')
  const sent = ann.ask(wire.volatile, cursor(1))
  await ann.ask(wire.leave, { room: 'general' })
  allowed.open(true)
  expect(await sent).toMatchObject({ code: 'NOT_MEMBER' })
  await bob.publish('general', texts(['after it']))
  expect(bob.of('cursor')).toEqual([])
})
