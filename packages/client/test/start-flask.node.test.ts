import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { acksScript, flaskMissing, startFlask, tutorialScript } from './support/start-flask.ts'

// The launcher of the tests against Flask, and the behaviour of such a server with an unmodified client.
describe.skipIf(flaskMissing())('Flask', () => {
  test('starts on a free port, restarts on the same one, and refuses connections after `stop`', async () => {
    const flask = await startFlask(tutorialScript)
    onTestFinished(() => flask.stop())
    expect(await textOf(flask.url)).toBe('WebSocket Server Running')

    await flask.restart()
    expect(await textOf(flask.url)).toBe('WebSocket Server Running')

    await flask.stop()
    await flask.stop()
    await expect(fetch(flask.url)).rejects.toThrow('fetch failed')
    await flask.restart()
    expect(await textOf(flask.url)).toBe('WebSocket Server Running')
  })

  test('rejects with the output of a script that ends', async () => {
    await expect(startFlask('/no/such/script.py')).rejects.toThrow(/Flask ended \(2\)[^]*can't open file/)
  })

  test('runs the tutorial, whose events are answered over WebSocket', async () => {
    const client = await connectTo(tutorialScript)
    const heard = vi.fn<(...all: unknown[]) => void>()
    client.onAny(heard)
    client.send('Hello, Server!')
    client.emit('custom_event', { user: 'Alice', action: 'joined' })
    client.emit('broadcast', { text: 'all' })
    await client.emitWithAck('join', { room: 'general' })
    await client.emitWithAck('leave', { room: 'general' })
    expect(client.io.engine.transport.name).toBe('websocket')
    expect(heard.mock.calls).toEqual([
      ['message', 'Server received: Hello, Server!'],
      ['response_event', { message: 'Processed' }],
      ['broadcast_message', { text: 'all' }],
      ['room_message', 'User joined general'],
    ])
  })

  test('gives acks of no value, one value, or all values of a tuple, and none of a handler that raises', async () => {
    const client = await connectTo(acksScript)
    const acked = (event: string, ...data: unknown[]): Promise<unknown[]> =>
      new Promise((resolve) => client.emit(event, ...data, (...values: unknown[]) => resolve(values)))
    const answered = vi.fn<() => void>()
    client.emit('failure', answered)
    expect(await acked('nothing')).toEqual([])
    expect(await acked('value', { a: 1 })).toEqual([{ a: 1 }])
    expect(await acked('tuple', 1, 'two')).toEqual([1, 'two'])
    expect(await acked('join', { room: 'private' })).toEqual([{ error: 'members only' }])
    expect(answered).not.toHaveBeenCalled()
  })

  test('sends data with a refusal', async () => {
    const flask = await startFlask(acksScript)
    onTestFinished(() => flask.stop())
    const client = io(flask.url, { transports: ['websocket'], auth: { refuse: 'banned' } })
    onTestFinished(() => void client.disconnect())
    const error = await new Promise<Error & { data?: unknown }>((resolve) => client.once('connect_error', resolve))
    expect(error).toMatchObject({ message: 'no', data: { code: 'FORBIDDEN', reason: 'banned' } })
  })
})

async function connectTo(script: string): Promise<Socket> {
  const flask = await startFlask(script)
  onTestFinished(() => flask.stop())
  const client = io(flask.url, { transports: ['websocket'] })
  onTestFinished(() => void client.disconnect())
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve)
    client.once('connect_error', reject)
  })
  return client
}

const textOf = async (url: string): Promise<string> => (await fetch(url)).text()
