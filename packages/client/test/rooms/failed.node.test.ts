import { createTimeline } from '@roomful/client'
import { refuse } from '@roomful/server'
import { describe, expect, test } from 'vitest'
import { startChat } from './support/chat-server.ts'

describe('RM3 after disconnect(), a failed room', () => {
  test('that was refused for now is suspended until connect(), takes no more messages, and rejects `loadOlder`', async () => {
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
  test('that was refused permanently stays failed', async () => {
    const client = (await startChat()).connect('Bob')
    const room = client.room('staff')
    await expect(room.join()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    client.disconnect()
    expect(room.state.getState()).toMatchObject({ status: 'failed', error: { code: 'FORBIDDEN' } })
  })
})
