import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { failureSentence } from '../../src/transport/failure-sentence.ts'
import { closedUrl, startHostileServer } from '../support/hostile-server.ts'
import { rejection, startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { expectNothingUncaught } from '../support/uncaught.ts'

/** An HTTP server without Socket.IO. */
async function startHttp(answer: RequestListener, upgradeStatus = 400): Promise<string> {
  const http = createServer(answer)
  http.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${upgradeStatus} No\r\ncontent-length: 0\r\n\r\n`))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close())
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** The sentence and the cause of the first attempt's error. */
async function failureAt(url: string, transport = 'polling') {
  expectNothingUncaught()
  const client = startClient(url, { socket: { transports: [transport] } })
  void client.connect()
  const { error } = await until(client, 'reconnecting')
  expect(error).toMatchObject({ code: 'UNREACHABLE', cause: expect.any(Error) as Error })
  return error.message
}

const page = '<!doctype html><title>An app</title>'

describe('CN18 what answers instead of Socket.IO is named', () => {
  test.each<[number, string, string]>([
    [404, page, 'status 404, a web page: is socket.path right?'],
    [
      403,
      '{"code":4,"message":"Forbidden"}',
      'status 403, {"code":4,"message":"Forbidden"}: the server or a proxy does not',
    ],
    [401, '', 'status 401: the server or a proxy does not allow the request (origin, allowRequest, sign-in)'],
    [
      400,
      '"http://a.b is not an accepted origin."',
      'status 400, "http://a.b is not an accepted origin.": the server does',
    ],
    [308, '', 'status 308: a redirect is not followed: check the address, socket.path and socket.addTrailingSlash'],
    [413, '', 'status 413: a message is too large for the server or a proxy'],
    [500, 'x'.repeat(10_000), `status 500, ${'x'.repeat(100)}: the server has failed`],
    [502, page, 'status 502, a web page: a proxy does not reach the server behind it'],
    [200, page, 'a web page answers, not Socket.IO: is socket.path right?'],
    [200, '{"ok":true}', 'a server answers that is not Socket.IO: is socket.path right?'],
    [200, '', 'a server answers that is not Socket.IO: is socket.path right?'],
    [
      404,
      '{"message":"Route GET:/socket.io/?token=SECRET not found"}',
      'status 404, {"message":"Route GET:/socket.io/ not found"}: is socket.path right?',
    ],
    [
      200,
      '97:0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":5000}2:40',
      'the server has Socket.IO 2 or older',
    ],
  ])('by polling: %i %j', async (status, body, sentence) => {
    const url = await startHttp((_request, response) => response.writeHead(status).end(body))
    expect(await failureAt(url)).toContain(`unable to reach "${url}": ${sentence}`)
  })

  test.each([
    [404, 'is socket.path right?'],
    [200, 'a server answers that is not Socket.IO: is socket.path right?'],
    [403, 'the server or a proxy does not allow the request'],
    [502, 'a proxy does not reach the server behind it'],
  ])('by WebSocket: %i', async (status, hint) => {
    const url = await startHttp(() => {}, status)
    expect(await failureAt(url, 'websocket')).toContain(`unable to reach "${url}": status ${status}: ${hint}`)
  })

  test('an older Socket.IO, by WebSocket', async () => {
    const server = await startHostileServer((link) => {
      link.send('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":5000}')
      link.send('40')
    })
    expect(await failureAt(server.url, 'websocket')).toContain('the server has Socket.IO 2 or older')
  })

  test.each([['polling'], ['websocket']])('no server, by %s', async (transport) => {
    expect(await failureAt(await closedUrl(), transport)).toContain('ECONNREFUSED')
  })

  test('without the query, the user and the password of the url, also where the server repeats the url', async () => {
    const url = await startHttp((request, response) => response.writeHead(404).end(`no ${request.url} here`))
    const message = await failureAt(`${url.replace('//', '//bob:hunter2@')}/?token=SECRET`)
    expect(message).toBe(`unable to reach "${url}/": status 404, no /socket.io/ here: is socket.path right?`)
  })

  test('a namespace that the server does not have, with the hint that it is no path', async () => {
    const { url } = await startServer()
    const error = await rejection(startClient(`${url}/api`).connect())
    expect(error).toMatchObject({
      code: 'REFUSED',
      message:
        'the server refused the connection: Invalid namespace (the path of the url is the namespace; the path of the server is socket.path)',
    })
  })

  test('in a page, which learns no more than that there was no answer: CORS, if the server has another origin', () => {
    vi.stubGlobal('location', { origin: 'https://app.example' })
    onTestFinished(() => void vi.unstubAllGlobals())
    const failure = { message: 'xhr poll error', description: 0, context: { statusText: '', responseText: '' } }
    expect(failureSentence(failure, 'https://api.example/chat')).toMatch(
      /its CORS options do not allow https:\/\/app\.example$/,
    )
    expect(failureSentence(failure, 'https://app.example/chat')).toMatch(/^no answer: no server/)
    expect(failureSentence(failure, '/chat')).toMatch(/^no answer: no server/)
    expect(failureSentence(undefined, 'https://app.example')).toMatch(/^no answer: no server/)
  })
})

test('CN18 a connection that ends by a refused POST names the status', async () => {
  let isFull = false
  const server = await startServer({
    configure: (io) =>
      io.engine.use((request: { method: string }, response: import('node:http').ServerResponse, next: () => void) => {
        if (isFull && request.method === 'POST') response.writeHead(413).end()
        else next()
      }),
  })
  const client = startClient(server.url, { socket: { transports: ['polling'] } })
  await client.connect()
  isFull = true
  client.emit('large')
  expect(await until(client, 'reconnecting')).toMatchObject({
    error: {
      message:
        'the connection was lost (transport error: status 413: a message is too large for the server or a proxy)',
    },
  })
})
