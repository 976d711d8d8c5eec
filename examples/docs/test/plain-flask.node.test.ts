import { createClient, plainRooms } from '@roomful/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { flaskMissing, startFlask } from '../../../packages/client/test/support/start-flask.ts'
import * as nameless from './plain-servers/nameless.ts'
import * as username from './plain-servers/username.ts'

const script = `${import.meta.dirname}/flask_rooms.py`

describe.skipIf(flaskMissing())('docs/plain-servers.md with Flask-SocketIO', () => {
  const start = async () => {
    const flask = await startFlask(script)
    onTestFinished(() => flask.stop())
    const joined = async () => (await fetch(flask.url)).text()
    return { url: flask.url, joined }
  }

  test('username.ts: the join handler of its documentation gets { username, room }', async () => {
    const { url, joined } = await start()
    const room = await username.enter(url, 'lobby', 'ada')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: true })
    expect(await joined()).toBe('ada@lobby')
  })

  test('PL3 a join that its handler does not understand is not acknowledged, warns, or fails with acks: true', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { url, joined } = await start()
    const client = createClient({ url })
    onTestFinished(client.close)
    const room = await client.join('lobby')
    expect(room.state.getState()).toEqual({ status: 'joined', acknowledged: false })
    expect(warn.mock.calls.map(String)).toEqual([expect.stringContaining('plainRooms({ join })')])
    const strict = createClient({ url, rooms: plainRooms({ acks: true }), joinTimeoutMs: 300 })
    onTestFinished(strict.close)
    await expect(strict.join('lobby')).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(await joined()).toBe('')
  })

  test('nameless.ts: bare texts are heard on the room', async () => {
    const { url } = await start()
    const client = nameless.connect(url)
    onTestFinished(client.close)
    const room = client.room('lobby')
    const heard: unknown[] = []
    room.on('room_message', (text) => heard.push(text))
    await room.join({ params: { username: 'ada' } })
    await room.emit('room_message', { text: 'hello' })
    await expect.poll(() => heard).toEqual(['hello'])
  })
})
