import { createTimeline, RoomfulError } from '@roomful/client'
import { refuse } from '@roomful/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { startChat } from './support/chat-server.ts'
import { createScriptedMembership as create, settled } from './support/scripted-membership.ts'

const FOR_NOW = refusal('RATE')
const FOR_GOOD = refusal('FORBIDDEN')

describe('a room that failed', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('RM6 left: tells a server that refused for now, and has us in from before', async () => {
    const { join, leave, rejoin, refuse, answer, asked } = create()
    void join()
    await answer(0)
    rejoin()
    await refuse(1, FOR_NOW)
    void leave()
    await settled()
    expect(asked()).toEqual(['join', 'join', 'leave'])
  })
  test.each([
    [
      'RM6 left: tells a server that may have let us in all the same',
      new RoomfulError('TIMEOUT', 'no answer'),
      ['join', 'leave'],
    ],
    ['RM6 left: tells nothing to one that refused', FOR_GOOD, ['join']],
  ])('%s', async (_how, error, requests) => {
    const { join, leave, refuse, asked, status } = create()
    void join()
    await refuse(0, error)
    expect(status()).toBe('failed')
    void leave()
    await settled()
    expect([status(), asked()]).toEqual(['left', requests])
  })
  test('RM6 left: tells nothing to one that refused for now over a new connection', async () => {
    const { join, leave, down, up, refuse, answer, asked } = create()
    void join()
    await answer(0)
    down()
    void up(false)
    await refuse(1, FOR_NOW)
    void leave()
    await settled()
    expect(asked()).toEqual(['join', 'join'])
  })
  test('P8 refused for now over a new connection, and recovered: what waits is not sent into a room that we are not in', async () => {
    const { join, leave, down, up, need, refuse, answer, asked, errands } = create()
    void join()
    await answer(0)
    down()
    void up(false)
    await refuse(1, FOR_NOW)
    need()
    down()
    void leave()
    void up(true)
    await settled()
    expect([asked(), errands]).toEqual([['join', 'join', 'join'], []])
  })
  test('RM2 a late refusal of an earlier join says nothing of this one', async () => {
    const { join, leave, down, up, answer, late, asked } = create()
    void join()
    await answer(0, false)
    void leave()
    await answer(1)
    void join()
    await answer(2)
    await late(0, FOR_GOOD)
    down()
    await leave()
    void up(true)
    await settled()
    expect(asked()).toEqual(['join', 'leave', 'join', 'leave'])
  })
})

describe('RM1 a room that was refused for now, when nobody seeks a connection any more', () => {
  test('waits for connect(), takes no more messages, and `loadOlder` rejects', async () => {
    let isBusy = true
    const chat = await startChat({
      authorize: {
        join: () => {
          if (isBusy) throw refuse('UNAVAILABLE', 'later')
          return true
        },
      },
    })
    const client = chat.connect('Ann')
    const room = client.room('general')
    await expect(room.join()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const sentBefore = room.send({ text: 'hello' })
    const loading = createTimeline(room, 'message').loadOlder()
    client.disconnect()
    await expect(loading).rejects.toMatchObject({ code: 'DISCONNECTED' })
    expect(room.state.getState()).toMatchObject({
      status: 'suspended',
      wasJoined: false,
      error: { code: 'DISCONNECTED' },
    })
    await expect(room.send({ text: 'hello' })).rejects.toMatchObject({ code: 'DISCONNECTED' })
    isBusy = false
    await client.connect()
    await expect(sentBefore).resolves.toMatchObject({ confirmed: true })
    expect(room.status).toBe('joined')
  })
  test('stays failed where it was refused for good', async () => {
    const client = (await startChat()).connect('Bob')
    const room = client.room('staff')
    await expect(room.join()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    client.disconnect()
    expect(room.state.getState()).toMatchObject({ status: 'failed', error: { code: 'FORBIDDEN' } })
  })
})
