import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wire } from '@roomful/contract/protocol'
import { Server } from 'socket.io'
import { io as connectTo, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../../../packages/server/test/support/redis-server.ts'
import { serve } from './limits/own-limiter.ts'
import { connectRedis, serveNode } from './limits/redis-limiter.ts'

/** Returns a function that connects a user. */
async function start(
  serveRooms: (io: Server) => Pick<ReturnType<typeof serve>, 'close' | 'isReady'>,
): Promise<(name: string) => Socket> {
  const http = createServer()
  const io = new Server(http)
  const rooms = serveRooms(io)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  await expect.poll(() => rooms.isReady()).toBe(true)
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  onTestFinished(async () => {
    await rooms.close()
    await io.close()
  })
  return (name) => {
    const client = connectTo(url, { auth: { name }, forceNew: true, transports: ['websocket'] })
    onTestFinished(() => void client.disconnect())
    return client
  }
}

async function publish(client: Socket, letter: string, count: number) {
  const { epoch } = await client.emitWithAck(wire.join, { room: 'general' })
  const items = Array.from({ length: count }, (_, index) => ({
    n: index + 1,
    id: `${letter}${index}`.padEnd(16, '_'),
    event: 'message',
    data: { text: 'hello' },
  }))
  return await client.emitWithAck(wire.publish, { room: 'general', epoch, cid: letter.repeat(22), items })
}

test("docs/limits.md: a limiter of the app refuses a user's messages with RATE and the time to wait", async () => {
  const connect = await start(serve)
  const [ann, bob] = await Promise.all([publish(connect('Ann'), 'a', 12), publish(connect('Bob'), 'b', 10)])
  expect(ann).toMatchObject({ code: 'RATE', results: { length: 10 } })
  expect(ann.after).toBeGreaterThan(0)
  expect(ann.after).toBeLessThanOrEqual(1_000)
  expect(bob).toMatchObject({ ok: true, results: { length: 10 } })
})

test('docs/limits.md: with Redis behind it, a limiter counts the messages of a user on two nodes together', async () => {
  const { url } = await startRedis()
  const startNode = async () => {
    const client = await connectRedis(url)
    onTestFinished(() => client.destroy())
    return await start((io) => serveNode(io, client))
  }
  const [one, two] = [await startNode(), await startNode()]
  const answers = await Promise.all([publish(one('Ann'), 'a', 60), publish(two('Ann'), 'c', 60)])
  expect(answers[0].results.length + answers[1].results.length).toBe(100)
  const refused = answers.filter(({ ok }) => !ok)
  expect(refused.length).toBeGreaterThan(0)
  for (const answer of refused) expect(answer).toMatchObject({ code: 'RATE', after: expect.any(Number) })
  expect(await publish(two('Bob'), 'b', 60)).toMatchObject({ ok: true, results: { length: 60 } })
})
