import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { wire } from '@roomful/contract/protocol'
import { Server } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from './limits/own-limiter.ts'

test("docs/limits.md: a limiter of the app refuses a user's messages with RATE and the time to wait", async () => {
  const http = createServer()
  const io = new Server(http)
  serve(io)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const connect = (name: string) => connectTo(url, { auth: { name }, forceNew: true, transports: ['websocket'] })
  const clients = [connect('Ann'), connect('Bob')] as const
  onTestFinished(async () => {
    for (const client of clients) client.disconnect()
    await io.close()
  })
  const publish = async (client: (typeof clients)[number], letter: string, count: number) => {
    const { epoch } = await client.emitWithAck(wire.join, { room: 'general' })
    const items = Array.from({ length: count }, (_, index) => ({
      n: index + 1,
      id: `${letter}${index}`.padEnd(16, '_'),
      event: 'message',
      data: { text: 'hello' },
    }))
    return await client.emitWithAck(wire.publish, { room: 'general', epoch, cid: letter.repeat(22), items })
  }
  const [ann, bob] = await Promise.all([publish(clients[0], 'a', 12), publish(clients[1], 'b', 10)])
  expect(ann).toMatchObject({ code: 'RATE', results: { length: 10 } })
  expect(ann.after).toBeGreaterThan(0)
  expect(ann.after).toBeLessThanOrEqual(1_000)
  expect(bob).toMatchObject({ ok: true, results: { length: 10 } })
})
