import { RoomfulError } from '@roomful/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startClient, until } from '../support/test-client.ts'
import { startPlain } from './support/plain-server.ts'
import { createScriptedMembership as create, settled } from './support/scripted-membership.ts'

test('RM3 OB15 a plain server recovers the connection: what is said after it goes out, without another join', async () => {
  const { url, cut, sayIn, words } = await startPlain({ options: { connectionStateRecovery: {} } })
  const client = startClient(url)
  const room = client.room('general')
  const heard: unknown[] = []
  room.on('news', (data) => heard.push(data))
  await room.join()
  sayIn('general', 'news') // a server recovers only who has heard something
  await eventually(() => expect(heard).toHaveLength(1))
  cut()
  await until(client, 'reconnecting')
  const waits = room.emit('message', { text: 'waits' })
  await until(client, 'connected', ({ recovered }) => recovered)
  await expect(Promise.all([waits, room.emit('message', { text: 'after' })])).resolves.toHaveLength(2)
  await eventually(() => expect(words()).toEqual(['join general', 'message general:waits', 'message general:after']))
})

describe('RM3 a recovered connection', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('opens the room for what waits', async () => {
    const { join, down, up, answer, asked, errands } = create()
    void join()
    await answer(0)
    down()
    await up(true)
    expect([asked(), errands]).toEqual([['join'], ['admitted']])
  })
  test('C10 also for who left while it was away; then the server hears of the leave', async () => {
    const { join, leave, down, up, need, idle, answer, asked, errands, status } = create()
    void join()
    await answer(0)
    down()
    need()
    await leave()
    await up(true)
    expect([status(), asked(), errands]).toEqual(['left', ['join'], ['admitted']])
    idle()
    await settled()
    expect(asked()).toEqual(['join', 'leave'])
  })
  test('C10 hears of a leave of the time away at once where nothing waits', async () => {
    const { join, leave, down, up, answer, asked } = create()
    void join()
    await answer(0)
    down()
    await leave()
    void up(true)
    await settled()
    expect(asked()).toEqual(['join', 'leave'])
  })
  test('C10 hears of the leave also where the answer to the join was lost', async () => {
    const { join, leave, down, up, refuse, asked } = create()
    void join()
    await settled()
    down()
    await refuse(0, new RoomfulError('DISCONNECTED', 'the connection ended'))
    await leave()
    void up(true)
    await settled()
    expect(asked()).toEqual(['join', 'leave'])
  })
  test('C10 a new one knows of no place to leave: who left is joined for what waits', async () => {
    const { join, leave, down, up, need, answer, asked, errands } = create()
    void join()
    await answer(0)
    down()
    need()
    await leave()
    void up(false)
    await answer(1)
    expect([asked(), errands]).toEqual([['join', 'join'], ['admitted']])
  })
})
