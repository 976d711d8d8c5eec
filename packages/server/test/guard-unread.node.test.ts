import { wire } from '@roomful/contract/protocol'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openPolling, openPollingSocket, openSocketIo, openWebSocket } from './support/raw-clients.ts'
import { SEPARATOR } from './support/raw-polling.ts'
import { type SmallServer, startSmallServer } from './support/small-server.ts'
import type { SmallServerSettings } from './support/small-server-main.ts'
import { expectUnharmed, joinRoom } from './support/unharmed.ts'

const MB = 1_000_000

/** For the tests that need no settings of their own. */
let shared: SmallServer
beforeAll(async () => {
  shared = await startSmallServer({ messages: 300 })
})
afterAll(() => shared.kill())

async function start(settings: SmallServerSettings): Promise<SmallServer> {
  const server = await startSmallServer(settings)
  onTestFinished(() => server.kill())
  return server
}

test('SEC6 a payload of 129 KB with 43,000 CONNECT packets leaves a server of 512 MB alive, and other clients unaffected', async () => {
  const server = shared
  const before = await server.state()
  const client = await openPolling(server.url)
  await client.post(Array.from({ length: 43_000 }, () => '40').join(SEPARATOR))
  const after = await server.state()
  expect(after.memory - before.memory).toBeLessThan(20 * MB)
  expect(after.metrics.bounds.connects - before.metrics.bounds.connects).toBe(1)
  expect(await client.poll()).toBeUndefined()
  await expectUnharmed(server.url)
})

test('SEC11 a payload of 16,250 requests closes its connection, and delays nobody for long', async () => {
  const server = await start({ limits: { eventsAtOnce: 500 } })
  const client = await openPollingSocket(server.url)
  await server.state()
  const typing = `42${JSON.stringify([wire.typing, { room: 'pair', typing: true }])}`
  await client.post(Array.from({ length: 16_250 }, () => typing).join(SEPARATOR))
  const { stallMs, metrics } = await server.state()
  expect(metrics.bounds.events).toBe(1)
  expect(metrics.connections).toBe(0)
  expect(stallMs).toBeLessThan(200)
  await expectUnharmed(server.url)
})

test('SEC12 requests that wait for their turn count as memory of their connection, which is closed before they take too much', async () => {
  const sizes = {
    eventBytes: 4_000,
    batchBytes: 4_000,
    pageBytes: 4_000,
    unsentBytes: 16_000,
    unsentTotalBytes: 64_000,
  }
  const server = await start({ limits: sizes })
  const client = await openPollingSocket(server.url)
  // Then the next requests are measured in the turn after they came.
  await expect.poll(async () => (await server.state()).metrics.unsentBytes).toBe(0)
  const typing = `42${JSON.stringify([wire.typing, { room: 'pair', typing: true }])}`
  await client.post(Array.from({ length: 250 }, () => typing).join(SEPARATOR))
  await expect.poll(async () => (await server.state()).metrics.connections).toBe(0)
  expect((await server.state()).metrics.bounds.unsentTotal).toBe(1)
  await expectUnharmed(server.url)
})

test('SEC2 a frame that is nested 8,000 levels deep closes its connection before the app can emit it again', async () => {
  const server = shared
  const before = await server.state()
  for (const deep of [`${'['.repeat(8_000)}${']'.repeat(8_000)}`, `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`]) {
    const eve = await openSocketIo(server.url)
    eve.send(`42["echo",${deep}]`)
    await expect.poll(() => eve.isClosed).toBe(true)
  }
  expect((await server.state()).metrics.bounds.nesting - before.metrics.bounds.nesting).toBe(2)
  await expectUnharmed(server.url)
})

test('SEC1 a message beyond maxHttpBufferSize ends only its own connection', async () => {
  const server = shared
  const before = await server.state()
  const eve = await openWebSocket(server.url)
  eve.send(`40{"text":"${'x'.repeat(4 * MB)}"}`)
  await expect.poll(() => eve.isClosed).toBe(true)
  expect((await server.state()).memory - before.memory).toBeLessThan(5 * MB)
  await expectUnharmed(server.url)
})

test('SEC12 a guest that asks for history and reads nothing takes less than 20 MB, and is closed or waits', async () => {
  const server = shared
  const eve = await openSocketIo(server.url)
  const { epoch } = await joinRoom(eve, 'full')
  const before = await server.state()
  eve.pause()
  const request = JSON.stringify([wire.history, { room: 'full', epoch, after: 0, limit: 200 }])
  for (let n = 0; n < 6_000; n += 100) {
    eve.send(...Array.from({ length: 100 }, (_, index) => `42${n + index}${request}`))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const after = await server.state()
  expect(after.memory - before.memory).toBeLessThan(20 * MB)
  await expectUnharmed(server.url)
})

test('SEC12 members that do not read a busy room are told RATE and closed; those that read get all of it', async () => {
  const server = await start({ busyMs: 5 })
  const readers = [await openSocketIo(server.url), await openSocketIo(server.url)]
  const others = await Promise.all(Array.from({ length: 5 }, () => openSocketIo(server.url)))
  for (const socket of [...readers, ...others]) await joinRoom(socket, 'busy')
  const before = await server.state()
  for (const socket of others) socket.pause()
  await expect.poll(async () => (await server.state()).metrics.bounds.unsent, { interval: 200 }).toBe(5)
  const after = await server.state()
  expect(after.memory - before.memory).toBeLessThan(20 * MB)
  await expect.poll(async () => (await server.state()).connections, { interval: 100 }).toBe(2)
  for (const socket of readers) expect(socket.isClosed).toBe(false)
  const seqs = readers.map(({ packets }) =>
    packets.flatMap((packet) => /"\$room":"busy".*"seq":(\d+)/.exec(packet)?.[1] ?? []),
  )
  for (const of of seqs) expect(of.map(Number)).toEqual(of.map((_, index) => Number(of[0]) + index))
})

test('SEC12 a polling client that polls no more is closed', async () => {
  const server = await start({ busyMs: 5 })
  const client = await openPollingSocket(server.url)
  await client.post(`42${JSON.stringify([wire.join, { room: 'busy' }])}`)
  const before = await server.state()
  await expect.poll(async () => (await server.state()).metrics.bounds.unsent, { interval: 100 }).toBe(1)
  await expect.poll(async () => (await server.state()).connections, { interval: 100 }).toBe(0)
  expect((await server.state()).memory - before.memory).toBeLessThan(20 * MB)
  expect(await client.poll()).toBeUndefined()
})
