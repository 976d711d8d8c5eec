import { expect, onTestFinished, test } from 'vitest'
import { testAnyApp } from './any-app-tests.ts'
import { eventually, startMock, url } from './start.ts'

testAnyApp()

test("Socket.IO's build for browsers polls from a page of another address", async () => {
  const server = await startMock()
  const build = 'socket.io-client/dist/socket.io.js' // has no types
  const { io } = (await import(/* @vite-ignore */ build)) as typeof import('socket.io-client')
  const client = io(url, { forceNew: true, transports: ['polling'], withCredentials: true, reconnection: false })
  onTestFinished(() => void client.disconnect())
  await eventually(client, 'connect')
  expect(server.io.sockets.sockets.size).toBe(1)
})
