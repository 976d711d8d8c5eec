import { Fetch } from 'engine.io-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { burstsScript, flaskMissing, startFlask } from '../support/start-flask.ts'
import { startClient } from '../support/test-client.ts'
import { overPolling } from '../support/transports.ts'

interface Report {
  readonly rooms: number
  readonly connects: number
  readonly said: readonly number[]
}

const numbers = Array.from({ length: 40 }, (_, n) => n)

async function startBursts(MODE: 'threading' | 'eventlet', transports: readonly (string | object)[]) {
  const flask = await startFlask(burstsScript, { MODE })
  onTestFinished(() => flask.stop())
  const client = startClient(flask.url, { autoConnect: false, socket: { transports } })
  return { client, report: () => client.emitWithAck('report') as Promise<Report> }
}

describe.skipIf(flaskMissing())('CN15 a burst to Flask-SocketIO', () => {
  describe.each<['threading' | 'eventlet', string, readonly (string | object)[]]>([
    ...overPolling<['threading' | 'eventlet', string, readonly (string | object)[]]>(
      ['threading', 'polling', ['polling']],
      ['threading', 'the transport Fetch of the app', [Fetch]],
      ['eventlet', 'polling', ['polling']],
      ['eventlet', 'polling and an upgrade', ['polling', 'websocket']],
    ),
    ['eventlet', 'websocket', ['websocket']],
  ])('in mode %s, by %s', (mode, _name, transports) => {
    test('arrives in order, queued or sent while connected', async () => {
      const { client, report } = await startBursts(mode, transports)
      for (const n of numbers) client.emit('say', n)
      await client.connect()
      await eventually(async () => expect((await report()).said).toEqual(numbers))
      for (const n of numbers) client.emit('say', n + 40)
      await eventually(async () => expect((await report()).said).toEqual([...numbers, ...numbers.map((n) => n + 40)]))
      expect(await report()).toMatchObject({ connects: 1 })
    })

    test('of 40 joins puts the client into 40 rooms', async () => {
      const { client, report } = await startBursts(mode, transports)
      const joins = numbers.map((n) => client.join(`room ${n}`))
      await client.connect()
      await Promise.all(joins)
      expect(await report()).toMatchObject({ rooms: 40, connects: 1 })
    })
  })

  test.each<[string, 'threading' | 'eventlet']>([
    ...overPolling<[string, 'threading']>(['polling', 'threading']),
    ['websocket', 'eventlet'],
  ])('of events with binary data arrives by %s, where each attachment is a packet', async (transport, mode) => {
    const { client, report } = await startBursts(mode, [transport])
    for (const n of numbers) client.emit('say', n, Uint8Array.of(n), Uint8Array.of(n, n))
    await client.connect()
    await eventually(async () => expect((await report()).said).toEqual(numbers))
  })
})
