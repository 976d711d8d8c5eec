import { defineContract } from '@roomful/contract'
import { INBOX, type Pack, wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { believe, chat } from './support/chat.ts'
import { type Client, startRooms, texts, words } from './support/start-rooms.ts'

const CHANNEL = 'roomful:general'
const contract = defineContract({ ...chat.definition, inbox: { note: z.object({ text: z.string() }) } })
const packsOf = (client: Client): Pack[] => client.of(wire.events).map(([pack]) => pack as Pack)

/** A room with two members who read packs, and one who reads single events. */
async function start() {
  const running = await startRooms({ contract, authenticate: believe })
  const [ann, bob, raw] = [
    await running.connect({ id: 'ann' }),
    await running.connect({ id: 'bob' }),
    await running.connect({ id: 'raw' }),
  ]
  for (const client of [ann, bob]) await client.join('general', undefined, { packs: true })
  await raw.join('general', undefined, { packs: false })
  return { ...running, ann, bob, raw }
}

describe('S28 packs', () => {
  test('have the messages of one batch, with their sender once; members without packs get single events', async () => {
    const { ann, bob, raw } = await start()
    const { epoch } = await ann.join('general', undefined, { packs: true })
    await ann.publish('general', texts(['one', 'two', 'three']))
    for (const client of [ann, bob]) await expect.poll(() => words(client)).toEqual(['one', 'two', 'three'])
    expect(packsOf(bob)).toMatchObject([
      { room: 'general', epoch, from: { id: 'ann' }, events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] },
    ])
    expect([words(raw), packsOf(raw)]).toEqual([['one', 'two', 'three'], []])
  })

  test('have the events of an inbox, too, under its name on the wire', async () => {
    const { rooms, connect } = await startRooms({ contract, authenticate: believe })
    const ann = await connect({ id: 'ann' })
    await ann.join(INBOX, undefined, { packs: true })
    await rooms.toUser('ann').emit('note', { text: 'for Ann' })
    await expect.poll(() => packsOf(ann)).toMatchObject([{ room: INBOX, events: [{ event: 'note', seq: 1 }] }])
    expect(packsOf(ann)[0]).not.toHaveProperty('from')
  })

  test.each<[what: string, end: (running: Awaited<ReturnType<typeof start>>) => unknown, last: string]>([
    ['$out', ({ rooms }) => rooms.remove('general', 'bob'), wire.out],
    ['$bye', ({ rooms }) => rooms.disconnect('bob'), wire.bye],
    ['$out after a move by the app', ({ io, bob }) => io.in(bob.socket.id ?? '').socketsLeave(CHANNEL), wire.out],
    ['the end of the server', ({ rooms }) => void rooms.close(), wire.bye],
  ])('come in front of %s', async (_what, end, last) => {
    const running = await start()
    const { rooms, bob } = running
    const texts = Array.from({ length: 20 }, (_, index) => String(index))
    for (const text of texts) await rooms.to('general').emit('message', { text })
    end(running) // the last messages wait for others
    await expect.poll(() => bob.of(last)).toHaveLength(1)
    const seen = bob.heard.map(({ event }) => event).filter((event) => ['message', last].includes(event))
    expect([words(bob), seen.at(-1)]).toEqual([texts, last])
  })

  test('end with a join for single events, and begin again with the next for packs; no event is missed', async () => {
    const { rooms, bob } = await start()
    const general = rooms.to('general')
    for (const [index, packs] of [false, true, false, true].entries()) {
      await general.emit('message', { text: `${index}a` })
      const joined = bob.join('general', undefined, { packs })
      await general.emit('message', { text: `${index}b` })
      await joined
    }
    await general.emit('message', { text: 'last' })
    await expect.poll(() => words(bob).at(-1)).toBe('last')
    const once = [...new Set(words(bob))] // a client drops what comes twice by its seq
    expect(once).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', '3a', '3b', 'last'])
  })

  test('are asked for with true, and nothing else', async () => {
    const { ann, rooms } = await start()
    expect(await ann.ask(wire.join, { room: 'general', packs: 1 })).toMatchObject({ ok: false, code: 'SHAPE' })
    expect(await ann.ask(wire.join, { room: 'general', packs: false })).toMatchObject({ ok: true })
    await rooms.to('general').emit('message', { text: 'single' })
    await expect.poll(() => words(ann)).toEqual(['single'])
    expect(packsOf(ann)).toEqual([])
  })

  test('a socket that the app puts into the Socket.IO room of single events is taken out', async () => {
    const { io, rooms, errors, ann, bob, raw } = await start()
    io.in(bob.socket.id ?? '').socketsJoin('roomful-singles:general')
    io.in(ann.socket.id ?? '').socketsJoin('roomful-singles:secret')
    expect(errors.map(({ context }) => context)).toEqual([
      { during: 'join', room: 'general' },
      { during: 'join', room: 'secret' },
    ])
    await rooms.to('general').emit('message', { text: 'once' })
    for (const client of [ann, bob, raw]) await expect.poll(() => words(client)).toEqual(['once'])
    io.in(raw.socket.id ?? '').socketsLeave('roomful-singles:general')
    await expect.poll(() => raw.of(wire.out)).toMatchObject([[{ code: 'REMOVED' }]])
    expect([ann, bob].flatMap((client) => client.of(wire.out))).toEqual([])
  })
})
