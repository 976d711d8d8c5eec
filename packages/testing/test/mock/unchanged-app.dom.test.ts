import { expect, onTestFinished, test } from 'vitest'
import { testUnchangedApp } from './unchanged-app-tests.ts'
import { nextEvent } from '../support/socket-events.ts'
import { startMock, url } from './start.ts'

testUnchangedApp()

test("Socket.IO's browser build polls from a page of another origin", async () => {
  const server = await startMock()
  const build = 'socket.io-client/dist/socket.io.js' // has no types
  const { io } = (await import(/* @vite-ignore */ build)) as typeof import('socket.io-client')
  const client = io(url, { forceNew: true, transports: ['polling'], withCredentials: true, reconnection: false })
  onTestFinished(() => void client.disconnect())
  await nextEvent(client, 'connect')
  expect(server.io.sockets.sockets.size).toBe(1)
})
