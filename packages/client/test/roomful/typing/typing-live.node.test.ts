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

/** Whether something said now in the room has come by: what was said before it has come, too. */
async function settled(from: Room<Lobby>, ...to: Room<Lobby>[]): Promise<void> {
  const text = Math.random().toString()
  const heard = to.map(
    (room) => new Promise((resolve) => void room.on('message', (data) => data.text === text && resolve(0))),
  )
  await from.emit('message', { text })
  await Promise.all(heard)
}

describe('who types', () => {
  test('TY1 TY3 is seen by the others, until they stop, send, or leave', async () => {
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
  test('TY4 is not oneself, whichever tab types', async () => {
    const { connect } = await startLobby()
    const [one, two, bob] = await Promise.all(['ann', 'ann', 'bob'].map((name) => connect(name).join('general')))
    const [oneTypes, twoSees, bobSees] = [one!, two!, bob!].map(typingIn)
    const told: string[][] = []
    for (const own of [oneTypes!, twoSees!]) own.state.subscribe(() => told.push(own.ids()))
    oneTypes!.keystroke()
    await expect.poll(bobSees!.ids).toEqual(['ann'])
    await settled(bob!, one!, two!)
    expect(told).toEqual([])
  })
  test('TY2 TY3 is nobody in an outage, and whoever types on afterwards', async () => {
    const { connect, cut } = await startLobby()
    const [ann, bob] = await Promise.all([connect('ann').join('general'), connect('bob').join('general')])
    const [annTypes, bobSees] = [typingIn(ann), typingIn(bob)]
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
    const statuses = recordRoom(ann)
    cut('ann')
    await expect.poll(bobSees.ids).toEqual([]) // the server said so: nobody waits for 6 s
    await expect.poll(() => statuses.at(-1)).toBe('joined')
    annTypes.keystroke()
    await expect.poll(bobSees.ids).toEqual(['ann'])
  })
  test('TY4 is another once we are another', async () => {
    const { connect } = await startLobby()
    let name = 'ann'
    const client = connect('', { auth: () => ({ name }) })
    const [room, ann] = await Promise.all([client.join('general'), connect('ann').join('general')])
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

describe('DS7 TY5 what a server says of typing', () => {
  const listing = { capabilities: ['typing'] }
  test('is checked before it is believed', async () => {
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
      ...Array<string>(7).fill('$typing: not spoken by this version'),
      ...Array<string>(2).fill('$typing: not a sign of typing (room general)'),
    ])
  })
  test('is dropped where nobody listens', async () => {
    const { url, say } = await startScript({ hello: listing })
    const { inspect, ofType } = recordInspect()
    await startRoomful(url, { inspect }).join('general')
    say('$typing', { room: 'general', from: { id: 'bob' }, typing: true })
    await expect.poll(() => ofType('drop').map(({ reason }) => reason)).toEqual(['nobody listens (room general)'])
  })
  test.each([[[]], ['typing'], [5], [[5, 'typing']]])(
    'TY2 is not believed of one that lists %j, nor is anything said to it',
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
