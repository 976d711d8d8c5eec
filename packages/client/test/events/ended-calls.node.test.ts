import { getEventListeners, setMaxListeners } from 'node:events'
import { Socket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { countAlive } from '../support/collect-garbage.ts'
import { startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'

const CALLS = 10_000

/** A client on a server that never answers, and the number of acknowledgements that its Socket.IO socket waits for. */
async function startUnanswered() {
  const sockets = new Set<Socket>()
  const { emit } = Socket.prototype
  // Not a spy, which would keep the arguments of each call.
  Socket.prototype.emit = function (this: Socket, ...args) {
    sockets.add(this)
    return emit.apply(this, args)
  }
  onTestFinished(() => void (Socket.prototype.emit = emit))
  const server = await startServer({ configure: (io) => io.on('connection', () => {}) })
  const client = startClient(server.url, { socket: { transports: ['websocket'] }, ackTimeoutMs: 900_000 })
  await client.connect()
  return { client, acks: () => [...sockets].flatMap((socket) => Object.keys(socket['acks'] as object)).length }
}

test('LC2 10,000 calls that were aborted keep no acknowledgement, no listener of the signal and no data', async () => {
  const { client, acks } = await startUnanswered()
  const controller = new AbortController()
  const { signal } = controller
  setMaxListeners(CALLS, signal)
  const data: WeakRef<object>[] = []
  const ends: Promise<unknown>[] = []
  for (let count = 0; count < CALLS; count += 1) {
    const payload = { count }
    data.push(new WeakRef(payload))
    ends.push(
      client
        .with({ signal })
        .emitWithAck('never answered', payload)
        .catch((error: unknown) => error),
    )
  }
  await vi.waitFor(() => expect(acks()).toBe(CALLS))
  controller.abort('no longer needed')
  expect(new Set(await Promise.all(ends))).toEqual(new Set(['no longer needed']))
  expect([acks(), getEventListeners(signal, 'abort').length]).toEqual([0, 0])
  ends.length = 0
  await expect.poll(() => countAlive(data)).toBe(0)
})

test('LC2 10,000 calls that timed out keep no acknowledgement', async () => {
  const { client, acks } = await startUnanswered()
  const calls = Array.from({ length: CALLS }, () => client.timeout(50).emitWithAck('never answered'))
  const ends = await Promise.allSettled(calls)
  expect(ends.every((end) => end.status === 'rejected' && end.reason.code === 'TIMEOUT')).toBe(true)
  expect(acks()).toBe(0)
})

test('LC2 10,000 calls that were aborted before they were sent are not queued, and never sent', async () => {
  const received: unknown[] = []
  const server = await startServer({
    configure: (io) => io.on('connection', (socket) => socket.onAny((event) => received.push(event))),
  })
  const client = startClient(server.url, { autoConnect: false, queueLimit: CALLS })
  const controller = new AbortController()
  setMaxListeners(CALLS, controller.signal)
  const calls = Array.from({ length: CALLS }, () => client.with({ signal: controller.signal }).emitWithAck('aborted'))
  expect(client.outbox.getState().queued).toBe(CALLS)
  controller.abort()
  await Promise.allSettled(calls)
  expect([client.outbox.getState().queued, getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0])
  client.emit('later')
  await client.connect()
  await expect.poll(() => received).toEqual(['later'])
})
