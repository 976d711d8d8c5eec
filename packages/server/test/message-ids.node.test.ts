import type { Entry, WireMeta } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { memoryLog, type RoomsOptions } from '../src/index.ts'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, idOf, startRooms, texts } from './support/start-rooms.ts'

describe('SEC18 the id of a message', () => {
  test.each<[string, RoomsOptions<typeof chat> | RoomsOptions<typeof guestChat>]>([
    ['of another user', { contract: chat, authenticate: believe }],
    ['of another guest', { contract: guestChat }],
  ])('that a message %s has claimed in advance does not make a handler skip the effect', async (_, options) => {
    const { rooms, connect } = await startRooms(options as RoomsOptions<typeof guestChat>)
    const seen = new Set<string>()
    const effects: string[] = []
    rooms.handle('message', ({ id, senderKey, data }) => {
      const key = JSON.stringify([senderKey, id])
      if (!seen.has(key)) effects.push(data.text)
      seen.add(key)
    })
    const [ann, eve] = [await connect({ id: 'ann' }), await connect({ id: 'eve' })]
    for (const client of [ann, eve]) await client.join('general')
    await ann.publish('general', texts(['hello']))
    // The same first characters of the cid, and the id of the victim's next message.
    const cid = `${cidOf('a').slice(0, 8)}${'e'.repeat(14)}`
    await eve.publish('general', texts(['nothing'], 2), { cid })
    await eve.publish('general', texts(['nothing either'], 3), { cid })
    for (const copy of [1, 2])
      expect(await ann.publish('general', texts(['pay 10'], 2)), `copy ${copy}`).toMatchObject({ ok: true })
    expect(effects).toEqual(['hello', 'nothing', 'nothing either', 'pay 10'])
  })

  test('is in the log and in the events as the sender made it, and the cid is not', async () => {
    const log = memoryLog()
    const { connect } = await startRooms({ contract: guestChat, log })
    const [ann, bob] = [await connect(), await connect()]
    for (const client of [ann, bob]) await client.join('general')
    const cid = 'Zx0_'.repeat(6).slice(0, 22)
    await ann.publish('general', texts(['a', 'b']), { cid })
    const page = await log.page('general', { after: 0, limit: 9, bytes: 9_999 })
    expect(page.entries.map(({ id }: Entry) => id)).toEqual([idOf(1), idOf(2)])
    await expect.poll(() => bob.of('message').map(([, meta]) => (meta as WireMeta).id)).toEqual([idOf(1), idOf(2)])
    expect(JSON.stringify([page, bob.heard])).not.toContain('Zx0_')
  })

  test('comes to handlers with the key of a sender, which for a guest is the same on another connection, and not the cid', async () => {
    const { rooms, connect } = await startRooms({ contract: guestChat })
    const keys: string[] = []
    rooms.handle('message', ({ senderKey }) => void keys.push(senderKey))
    const [before, after] = [await connect(), await connect()]
    for (const client of [before, after]) await client.join('general')
    await before.publish('general', texts(['a']))
    await after.publish('general', texts(['b'], 2))
    await after.publish('general', texts(['c']), { cid: cidOf('b') })
    expect(keys).toEqual([keys[0], keys[0], expect.stringMatching(/^[\w-]{22}$/)])
    expect(new Set(keys).size).toBe(2)
    expect(keys[0]).not.toContain('aaa')
  })

  test('may be that of another user: both messages are stored', async () => {
    const { connect } = await startRooms({ contract: chat, authenticate: believe })
    const [ann, eve] = [await connect({ id: 'ann' }), await connect({ id: 'eve' })]
    for (const client of [ann, eve]) await client.join('general')
    for (const client of [eve, ann])
      expect(await client.publish('general', texts(['hi']))).toMatchObject({
        ok: true,
        results: [{ seq: expect.any(Number) }],
      })
    expect(ann.of('message').map(([, meta]) => meta)).toMatchObject([
      { seq: 1, id: idOf(1), from: { id: 'eve' } },
      { seq: 2, id: idOf(1), from: { id: 'ann' } },
    ])
  })
})
