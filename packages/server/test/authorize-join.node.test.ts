import { defineContract } from '@roomful/contract'
import { wire } from '@roomful/contract/protocol'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { refuse } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { startRooms, texts } from './support/start-rooms.ts'

describe('the params of a join', () => {
  const invited = defineContract({
    ...chat.definition,
    join: z.object({ invite: z.string().transform((text) => text.toUpperCase()) }),
  })

  test('are given to authorize.join as the contract parses them', async () => {
    const contexts: object[] = []
    const { connect } = await startRooms({
      contract: invited,
      authenticate: believe,
      authorize: { join: (context) => contexts.push(context) > 0 },
    })
    const ann = await connect()
    expect(await ann.join('general', undefined, { params: { invite: 'abc' } })).toMatchObject({ ok: true })
    expect(contexts).toEqual([{ room: 'general', user: { id: 'ann', name: 'ann' }, params: { invite: 'ABC' } }])
  })

  test.each([[undefined], [null], [{ invite: 7 }], ['abc']])(
    'that the contract refuses get SHAPE: %o',
    async (params) => {
      const join = vi.fn<() => boolean>(() => true)
      const { connect } = await startRooms({ contract: invited, authenticate: believe, authorize: { join } })
      const ann = await connect()
      const answer = await ann.ask(wire.join, { room: 'general', params })
      expect(answer).toMatchObject({
        ok: false,
        code: 'SHAPE',
        message: expect.stringContaining('invalid data for "params"'),
      })
      expect(join).not.toHaveBeenCalled()
    },
  )

  test('may be any JSON of at most 4,096 bytes where the contract has no schema', async () => {
    const given: unknown[] = []
    const { connect } = await startRooms({
      contract: guestChat,
      authorize: { join: ({ params }) => given.push(params) > 0 },
    })
    const ann = await connect()
    const all = [undefined, null, 7, 'text', ['a'], { a: { b: 1 } }, 'x'.repeat(4_094)]
    for (const params of all) expect(await ann.join('general', undefined, { params })).toMatchObject({ ok: true })
    expect(given).toEqual(all)
    expect(await ann.ask(wire.join, { room: 'general', params: 'é'.repeat(2_048) })).toEqual({
      ok: false,
      code: 'TOO_LARGE',
      message: 'the params of a join may have at most 4096 bytes of JSON',
    })
  })

  test('are checked at each join: a member that joins again with refused params loses its membership', async () => {
    const { connect } = await startRooms({
      contract: invited,
      authenticate: believe,
      authorize: { join: ({ params }) => params.invite === 'ABC' },
    })
    const ann = await connect()
    const join = (params: unknown) => ann.ask(wire.join, { room: 'general', params })
    const { epoch } = await ann.join('general', undefined, { params: { invite: 'abc' } })
    expect(await join({ invite: 'xyz' })).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    expect(await ann.publish('general', texts(['hi']), { epoch })).toMatchObject({ code: 'NOT_MEMBER' })
    expect(await join({ invite: 'abc' })).toMatchObject({ ok: true })
    expect(await join({ invite: 7 })).toMatchObject({ ok: false, code: 'SHAPE' })
    expect(await ann.publish('general', texts(['hi']), { epoch })).toMatchObject({ code: 'NOT_MEMBER' })
  })
})

describe('authorize.join', () => {
  test('every result but true is FORBIDDEN, with a sentence', async () => {
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
    expect(await bob.publish('general', texts(['hi']), { epoch: 'any-epoch' })).toMatchObject({ code: 'NOT_MEMBER' })
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
  ])('refuse sends the code, the message and the time to wait: %o', async (refusal, answer) => {
    const join = () => Promise.reject(refusal)
    const { connect, errors } = await startRooms({ contract: guestChat, authorize: { join } })
    const ann = await connect()
    expect(await ann.ask(wire.join, { room: 'general' })).toEqual({ ok: false, ...answer })
    expect(errors).toEqual([])
  })

  test('an error of authorize.join is reported, and the client gets UNAVAILABLE without its text', async () => {
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

  test('F30 a member who joins again without permission loses its membership; an error of authorize.join does not end it', async () => {
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
