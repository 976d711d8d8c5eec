import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@roomful/client'
import { createProxy } from '@roomful/testing/proxy'
import { Server } from 'socket.io'
import { expect, onTestFinished, test } from 'vitest'

test('the client notices a network that fails silently', async () => {
  const http = createServer().listen(0)
  await once(http, 'listening')
  const io = new Server(http, { pingInterval: 200, pingTimeout: 200 })
  const proxy = await createProxy({ target: { port: (http.address() as AddressInfo).port } })
  const client = createClient({ url: proxy.url })
  onTestFinished(async () => {
    client.disconnect()
    await proxy.close()
    await io.close()
  })
  await client.connect()
  proxy.stall() // connections stay open, and no byte arrives
  await expect.poll(() => client.status).toBe('reconnecting')
  proxy.pass()
  await expect.poll(() => client.status).toBe('connected')
})
