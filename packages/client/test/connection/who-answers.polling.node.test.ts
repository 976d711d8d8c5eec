import { describe, expect, test } from 'vitest'
import { startClient, until } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { failureAt, startHttp } from './support/failure-at.ts'

const page = '<!doctype html><title>An app</title>'

describe('CN18 by polling, what answers instead of Socket.IO is named', () => {
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
  ])('%i %j', async (status, body, sentence) => {
    const url = await startHttp((_request, response) => response.writeHead(status).end(body))
    expect(await failureAt(url, 'polling')).toContain(`unable to reach "${url}": ${sentence}`)
  })

  test('without the query, the user and the password of the url, also where the server repeats the url', async () => {
    const url = await startHttp((request, response) => response.writeHead(404).end(`no ${request.url} here`))
    const message = await failureAt(`${url.replace('//', '//bob:hunter2@')}/?token=SECRET`, 'polling')
    expect(message).toBe(`unable to reach "${url}/": status 404, no /socket.io/ here: is socket.path right?`)
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
