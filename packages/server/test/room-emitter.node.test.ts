import type { HistoryAnswer, WireMeta } from '@roomful/contract/protocol'
import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../src/index.ts'
import { guestChat } from './support/chat.ts'
import { startRooms, texts } from './support/start-rooms.ts'

describe('rooms.to', () => {
  test('P2 emit stores a message without a user, in one order with all others, with an id of its own', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    const { epoch } = await ann.join('general')
    await ann.publish('general', texts(['a']))
    const receipt = await rooms.to('general').emit('message', { text: 'from the server' })
    expect(receipt).toEqual({ confirmed: true, id: expect.stringMatching(/^.{1,64}$/), seq: 2, at: expect.any(Number) })
    await ann.publish('general', texts(['b'], 2))
    await expect.poll(() => ann.of('message').length).toBe(3)
    const metas = ann.of('message').map(([, meta]) => meta as WireMeta)
    expect(metas.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(metas[1]).toEqual({ $room: 'general', epoch, seq: 2, id: receipt.id, from: null, at: expect.any(Number) })
  })

  test('emit into an empty room stores the message for later members', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    await rooms.to('general').emit('bell')
    const ann = await connect()
    const { epoch } = await ann.join('general')
    const { entries } = await ann.ask<HistoryAnswer>(wire.history, { room: 'general', epoch, after: 0, limit: 9 })
    expect(entries).toMatchObject([{ event: 'bell', data: null, seq: 1, from: null }])
  })

  test('volatile.emit reaches the current members, and is not stored', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    const ann = await connect()
    await ann.join('general')
    rooms.to('general').volatile.emit('cursor', { x: 1, y: 2 })
    rooms.to('other').volatile.emit('cursor', { x: 3, y: 4 })
    await expect
      .poll(() => ann.of('cursor'))
      .toEqual([
        [
          { x: 1, y: 2 },
          { $room: 'general', from: null, at: expect.any(Number) },
        ],
      ])
    expect(await ann.join('general')).toMatchObject({ head: 0 })
  })

  test('emit runs no handler and does not call authorize', async () => {
    const { rooms } = await startRooms({ contract: guestChat, authorize: { emit: () => false } })
    rooms.handle('message', () => {
      throw new Error('not for me')
    })
    expect(await rooms.to('general').emit('message', { text: 'hi' })).toMatchObject({ seq: 1 })
  })

  test('data that the contract refuses is an error, and nothing is written', async () => {
    const log = memoryLog()
    const { rooms } = await startRooms({ contract: guestChat, log })
    const room = rooms.to('general')
    await expect(room.emit('message', { text: '' })).rejects.toMatchObject({ code: 'INVALID', event: 'message' })
    await expect(room.emit('anything', 'x'.repeat(70_000))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(room.emit('cursor' as 'message', { text: 'x' })).rejects.toThrow(
      'the contract has no durable room event "cursor"',
    )
    await expect(room.emit('toString' as 'message', { text: 'x' })).rejects.toThrow(/no durable room event/)
    expect(() => room.volatile.emit('message' as 'cursor', { x: 1, y: 1 })).toThrow(
      'the contract has no volatile room event "message"',
    )
    expect(() => room.volatile.emit('cursor', { x: 'a' as never, y: 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    )
    for (const name of ['', 'x'.repeat(129), 'a\nb', 'a ', '$inbox', 'cafe\u0301', 7 as never])
      expect(() => rooms.to(name)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(await log.page('general', { after: 0, limit: 9, bytes: 999 })).toMatchObject({ head: 0 })
  })

  test('a failure of an emit that is not awaited is reported, and does not end the process', async () => {
    const { rooms, errors } = await startRooms({ contract: guestChat })
    void rooms.to('general').emit('message', { text: '' })
    await expect
      .poll(() => errors)
      .toEqual([
        {
          error: expect.objectContaining({ code: 'INVALID' }),
          context: { during: 'emit', room: 'general', event: 'message' },
        },
      ])
  })
})
