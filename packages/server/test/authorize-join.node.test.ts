import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { refuse } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { startRooms, texts } from './support/start-rooms.ts'

describe('authorize.join', () => {
  test('false is FORBIDDEN with a sentence, and so is whatever is not true', async () => {
    const { connect } = await startRooms({
      contract: chat,
      authenticate: believe,
      authorize: {
        join: ({ room, user }) => (room === 'odd' ? (1 as never) : user.name === 'Ann' && room === 'general'),
      },
    })
    const [ann, bob] = [await connect({ id: 'ann', name: 'Ann' }), await connect({ id: 'bob' })]
    expect(await ann.join('general')).toMatchObject({ ok: true })
    const no = { ok: false, code: 'FORBIDDEN', message: 'you are not allowed to join this room' }
    expect(await bob.ask(wire.join, { room: 'general' })).toEqual(no)
    expect(await ann.ask(wire.join, { room: 'odd' })).toEqual(no)
    await ann.publish('general', texts(['hi']))
    expect(await bob.publish('general', texts(['hi']), { epoch: 'whichever' })).toMatchObject({ code: 'NOT_MEMBER' })
    expect(bob.of('message')).toEqual([])
  })

  test.each([
    [refuse('INVITE_ONLY', 'ask for an invitation'), { code: 'INVITE_ONLY', message: 'ask for an invitation' }],
    [refuse('INVITE_ONLY'), { code: 'INVITE_ONLY' }],
    [refuse('INVITE_ONLY', 'x'.repeat(5_000)), { code: 'INVITE_ONLY', message: 'x'.repeat(1_000) }],
    [refuse('INVITE_ONLY', 'no', { after: 5, secret: 1 }), { code: 'INVITE_ONLY', message: 'no' }],
    [
      refuse('LIMIT', 'the room is full', { after: 60_000 }),
      { code: 'LIMIT', message: 'the room is full', after: 60_000 },
    ],
    [refuse('RATE'), { code: 'RATE', after: 1_000 }],
    [refuse('RATE', undefined, { after: 1e12 }), { code: 'RATE', after: 300_000 }],
    [refuse('RATE', undefined, { after: -1 }), { code: 'RATE', after: 1_000 }],
    [refuse('RATE', undefined, { after: Number.NaN }), { code: 'RATE', after: 1_000 }],
    [refuse('RATE', undefined, { after: '9' }), { code: 'RATE', after: 1_000 }],
    [refuse('RATE', undefined, 'soon'), { code: 'RATE', after: 1_000 }],
  ])('refuse says why, and when to come back: %o', async (refusal, answer) => {
    const join = () => Promise.reject(refusal)
    const { connect, errors } = await startRooms({ contract: guestChat, authorize: { join } })
    const ann = await connect()
    expect(await ann.ask(wire.join, { room: 'general' })).toEqual({ ok: false, ...answer })
    expect(errors).toEqual([])
  })

  test('one that fails is UNAVAILABLE for now, reported, and kept secret', async () => {
    const { connect, errors } = await startRooms({
      contract: guestChat,
      authorize: { join: () => Promise.reject(new Error('secret')) },
    })
    const ann = await connect()
    const answer = await ann.ask(wire.join, { room: 'general' })
    expect(answer).toMatchObject({ ok: false, code: 'UNAVAILABLE', after: 1_000 })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors).toEqual([{ error: new Error('secret'), context: { during: 'join', room: 'general' } }])
  })

  test('F30 a member who joins again without the right any more is out; one whom nobody could judge stays', async () => {
    let judge = (): boolean => true
    const { connect } = await startRooms({ contract: guestChat, authorize: { join: () => judge() } })
    const [ann, bob] = [await connect(), await connect()]
    await ann.join('general')
    await bob.join('general')
    judge = () => {
      throw new Error('down')
    }
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ code: 'UNAVAILABLE' })
    expect(await ann.publish('general', texts(['still here']))).toMatchObject({ ok: true })
    judge = () => {
      throw refuse('UNAVAILABLE')
    }
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ code: 'UNAVAILABLE' })
    expect(await ann.publish('general', texts(['still here'], 2))).toMatchObject({ ok: true })
    judge = () => false
    expect(await ann.ask(wire.join, { room: 'general' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await ann.publish('general', texts(['gone']))).toMatchObject({ code: 'NOT_MEMBER' })
    await expect.poll(() => bob.of(wire.members).at(-1)?.[0]).toMatchObject({ gone: [expect.any(String)] })
  })
})
