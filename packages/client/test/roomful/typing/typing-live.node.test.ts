import { createTyping, type Room } from '@roomful/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { recordRoom } from '../../rooms/support/record-room.ts'
import { joinAnswer, startScript } from '../../rooms/support/scripted-server.ts'
import { recordInspect, startRoomful } from '../../support/test-client.ts'
import { expectNothingUncaught } from '../../support/uncaught.ts'
import { type Lobby, startLobby } from '../presence/support/start-lobby.ts'

function typingIn(room: Room<Lobby>) {
  const typing = createTyping(room)
  onTestFinished(typing.close)
  return { ...typing, ids: () => typing.state.getState().map(({ id }) => id) }
}

/** Resolves when a message that is sent now has arrived, so that everything before it has arrived too. */
async function settled(from: Room<Lobby>, ...to: Room<Lobby>[]): Promise<void> {
  const text = Math.random().toString()
  const heard = to.map(
    (room) => new Promise((resolve) => void room.on('message', (data) => data.text === text && resolve(0))),
  )
  await from.emit('message', { text })
  await Promise.all(heard)
}

describe('the users who type', () => {
  test('TY1 TY3 are seen by other members, until they stop, send, or leave', async () => {
    const { connect } = await startLobby()
    const [ann, bob] = await Promise.all([connect('ann').join('general'), connect('bob').join('general')])
    const [annTypes, bobSees] = [typingIn(ann), typingIn(bob)]
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
    annTypes.stop()
    await expect.poll(bobSees.ids).toEqual([])
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
    await settled(ann, bob)
    expect(bobSees.ids()).toEqual([]) // a message ends it
    annTypes.stop()
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
    await ann.leave()
    await expect.poll(bobSees.ids).toEqual([])
    expect(annTypes.ids()).toEqual([])
  })
  test('TY4 do not include this user, whichever page types', async () => {
    const { connect } = await startLobby()
    const [one, two, bob] = await Promise.all(['ann', 'ann', 'bob'].map((name) => connect(name).join('general')))
    const [oneTypes, twoSees, bobSees] = [one!, two!, bob!].map(typingIn)
    const changes: string[][] = []
    for (const own of [oneTypes!, twoSees!]) own.state.subscribe(() => changes.push(own.ids()))
    oneTypes!.keystroke()
    await expect.poll(bobSees!.ids).toEqual(['ann'])
    await settled(bob!, one!, two!)
    expect(changes).toEqual([])
  })
  test('TY2 TY3 are none during an outage, and are seen again when they type on', async () => {
    const { connect, cut } = await startLobby()
    const [ann, bob] = await Promise.all([connect('ann').join('general'), connect('bob').join('general')])
    const [annTypes, bobSees] = [typingIn(ann), typingIn(bob)]
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
    const statuses = recordRoom(ann)
    cut('ann')
    await expect.poll(bobSees.ids).toEqual([]) // sooner than after 6 s: the server sent a stop
    await expect.poll(() => statuses.at(-1)).toBe('joined')
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
  })
  test('TY4 include the first user once another user is connected', async () => {
    const { connect } = await startLobby()
    let name = 'ann'
    const client = connect('', { auth: () => ({ name }) })
    const room = client.room('general')
    room.retain() // so that it is joined for the other user too
    const ann = await connect('ann').join('general')
    await expect.poll(() => room.status).toBe('joined')
    const [weSee, annTypes] = [typingIn(room), typingIn(ann)]
    annTypes.keystroke()
    await settled(ann, room)
    expect(weSee.ids()).toEqual([])
    client.disconnect()
    name = 'cy'
    await client.connect()
    await expect.poll(() => room.status).toBe('joined')
    annTypes.stop()
    annTypes.keystroke()
    await expect.poll(weSee.ids).toEqual(['ann'])
  })
})

describe('DS7 TY5 a sign of typing that a server sends', () => {
  const listing = { capabilities: ['typing'] }
  test('is dropped where it is malformed', async () => {
    expectNothingUncaught()
    const { url, say } = await startScript({ hello: listing, $join: () => joinAnswer() })
    const { inspect, ofType } = recordInspect()
    const room = await startRoomful(url, { inspect }).join('general')
    const typing = createTyping(room)
    onTestFinished(typing.close)
    const sign = { room: 'general', from: { id: 'bob' }, typing: true }
    for (const message of [null, 5, 'x', [], {}, { ...sign, room: 5 }, { ...sign, room: 'elsewhere' }])
      say('$typing', message)
    for (const message of [
      { ...sign, from: 'bob' },
      { ...sign, typing: 'yes' },
    ])
      say('$typing', message)
    say('$typing', sign)
    await expect.poll(() => typing.state.getState()).toEqual([{ id: 'bob' }])
    expect(ofType('drop').map(({ event, reason }) => `${event}: ${reason}`)).toEqual([
      ...Array<string>(6).fill('$typing: not a message of roomful/1'),
      '$typing: no room elsewhere',
      ...Array<string>(2).fill('$typing: not a sign of typing'),
    ])
  })
  test('is dropped where it has no listener', async () => {
    const { url, say } = await startScript({ hello: listing })
    const { inspect, ofType } = recordInspect()
    await startRoomful(url, { inspect }).join('general')
    say('$typing', { room: 'general', from: { id: 'bob' }, typing: true })
    await expect.poll(() => ofType('drop').map(({ reason }) => reason)).toEqual(['not a message of roomful/1'])
  })
  test.each([[[]], ['typing'], [5], [[5, 'typing']]])(
    'TY2 is ignored where the capabilities are %j, and no sign is sent there',
    async (capabilities) => {
      const { url, say, events } = await startScript({ hello: { capabilities: capabilities as string[] } })
      const room = await startRoomful(url).join('general')
      const typing = createTyping(room)
      onTestFinished(typing.close)
      typing.keystroke()
      say('$typing', { room: 'general', from: { id: 'bob' }, typing: true })
      await room.emit('message', 'after it')
      expect(typing.state.getState()).toEqual([])
      expect(events()).toEqual(['$join', '$publish'])
    },
  )
})
