import { wire } from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'
import { believe, chat, guestChat } from './support/chat.ts'
import { cidOf, gate, startRooms, texts, words } from './support/start-rooms.ts'

describe('S2 one batch at a time for each sender and room', () => {
  test('the next batch waits; a newer one replaces the waiting one', async () => {
    const slow = gate()
    const handled: string[] = []
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('message', async ({ data }) => {
      handled.push(data.text)
      if (data.text === 'a') await slow.opened
    })
    const ann = await connect()
    await ann.join('general')
    const answers = ['a', 'b', 'c'].map((text, index) => ann.publish('general', texts([text], index + 1)))
    expect(await answers[1]).toMatchObject({ ok: false, code: 'UNAVAILABLE', results: [] })
    expect(handled).toEqual(['a'])
    slow.open()
    expect(await Promise.all([answers[0], answers[2]])).toMatchObject([
      { results: [{ seq: 1 }] },
      { results: [{ seq: 2 }] },
    ])
    expect(words(ann)).toEqual(['a', 'c'])
  })

  test('a slow handler delays only its own sender and room', async () => {
    const slow = gate()
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
    rooms.handle('message', async ({ data }) => {
      if (data.text === 'slow') await slow.opened
    })
    const [ann, bob] = [await connect({ id: 'ann' }), await connect({ id: 'bob' })]
    for (const client of [ann, bob]) for (const room of ['general', 'other']) await client.join(room)
    const held = ann.publish('general', texts(['slow', 'after it']))
    await bob.publish('general', texts(['quick']))
    await ann.publish('other', texts(['elsewhere']))
    await expect.poll(() => words(bob)).toEqual(['quick', 'elsewhere'])
    slow.open()
    expect(await held).toMatchObject({ results: [{ seq: 2 }, { seq: 3 }] })
  })

  test('S9 a guest is known by its cid: its resend waits for the batch of the old connection', async () => {
    const slow = gate()
    let handled = 0
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('message', async () => {
      handled += 1
      await slow.opened
    })
    const [before, after] = [await connect(), await connect()]
    const { epoch } = await before.join('general')
    await after.join('general')
    before.socket.emit(wire.publish, { room: 'general', epoch, cid: cidOf('a'), items: texts(['hi']) })
    await expect.poll(() => handled).toBe(1)
    before.socket.disconnect()
    const resent = after.publish('general', texts(['hi']))
    await after.ask(wire.leave, { room: 'unrelated' })
    expect(handled).toBe(1)
    slow.open()
    expect(await resent).toMatchObject({ ok: true })
  })

  test('SEC18 a batch of another user with the same cid does not wait', async () => {
    const slow = gate()
    const { rooms, connect } = await startRooms({ contract: chat, authenticate: believe })
    rooms.handle('message', async ({ user }) => {
      if (user.id === 'ann') await slow.opened
    })
    const [ann, eve] = [await connect({ id: 'ann' }), await connect({ id: 'eve' })]
    await ann.join('general')
    await eve.join('general')
    const held = ann.publish('general', texts(['from ann']))
    expect(await eve.publish('general', texts(['from eve']))).toMatchObject({ results: [{ seq: 1 }] })
    slow.open()
    expect(await held).toMatchObject({ results: [{ seq: 2 }] })
  })

  test('a batch is finished after its sender disconnects or leaves', async () => {
    const slow = gate()
    let handling = 0
    const { rooms, connect } = await startRooms({ contract: guestChat })
    rooms.handle('message', async () => {
      handling += 1
      await slow.opened
    })
    const [ann, bob] = [await connect(), await connect()]
    const { epoch } = await ann.join('general')
    ann.socket.emit(wire.publish, { room: 'general', epoch, cid: cidOf('a'), items: texts(['last words']) })
    await expect.poll(() => handling).toBe(1)
    ann.socket.disconnect()
    slow.open()
    const read = async () => (await bob.join('general', { epoch, seq: 0 })).entries.map(({ data }) => data)
    await expect.poll(read).toEqual([{ text: 'last words' }])
  })
})
