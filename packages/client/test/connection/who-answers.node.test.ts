import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { failureSentence } from '../../src/transport/failure-sentence.ts'
import { closedUrl, startHostileServer } from '../support/hostile-server.ts'
import { rejection, startClient } from '../support/test-client.ts'
import { startServer } from '../support/test-server.ts'
import { transports } from '../support/transports.ts'
import { failureAt, startHttp } from './support/failure-at.ts'

describe('CN18 what answers instead of Socket.IO is named', () => {
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

  test.each(transports)('no server, by %s', async (transport) => {
    expect(await failureAt(await closedUrl(), transport)).toContain('ECONNREFUSED')
  })

  test('without the query, the user and the password of the url', async () => {
    const url = await startHttp(() => {}, 404)
    const message = await failureAt(`${url.replace('//', '//bob:hunter2@')}/?token=SECRET`, 'websocket')
    expect(message).toContain(`unable to reach "${url}/": status 404: is socket.path right?`)
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
