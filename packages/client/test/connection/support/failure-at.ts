import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { startClient, until } from '../../support/test-client.ts'
import { expectNothingUncaught } from '../../support/uncaught.ts'

/** An HTTP server without Socket.IO. */
export async function startHttp(answer: RequestListener, upgradeStatus = 400): Promise<string> {
  const http = createServer(answer)
  http.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${upgradeStatus} No\r\ncontent-length: 0\r\n\r\n`))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close())
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** The sentence and the cause of the first attempt's error. */
export async function failureAt(url: string, transport: string): Promise<string> {
  expectNothingUncaught()
  const client = startClient(url, { socket: { transports: [transport] } })
  void client.connect()
  const { error } = await until(client, 'reconnecting')
  expect(error).toMatchObject({ code: 'UNREACHABLE', cause: expect.any(Error) as Error })
  return error.message
}
