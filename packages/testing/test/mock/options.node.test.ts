import { createMockServer, type MockServerOptions } from '@roomful/testing'
import { handlersOf } from '@roomful/testing/msw'
import { expect, test } from 'vitest'
import { nextEvent } from '../support/socket-events.ts'
import { connectedClient, startClient, startMock, url } from './start.ts'

test.each<[string, Partial<Record<keyof MockServerOptions, unknown>>, string]>([
  ['a URL without a protocol', { url: 'chat' }, 'url: expected an origin such as "https://chat.example", got "chat"'],
  ['a path', { url: 'https://mock.example/admin' }, 'url: expected an origin'],
  ['a query', { url: 'https://mock.example/?a=1' }, 'url: expected an origin'],
  ['another protocol', { url: 'ftp://mock.example' }, 'url: expected an origin'],
  ['an unknown profile', { profile: 'django' }, 'profile: expected "flask", got "django"'],
  ['a seed that is not a number', { seed: 'x' }, 'seed: expected a number'],
  ['a parser', { options: { parser: {} } }, 'options.parser: expected none'],
  [
    'state recovery with the Flask profile',
    { profile: 'flask', options: { connectionStateRecovery: {} } },
    'expected none, because Flask',
  ],
])('createMockServer refuses %s', (_, options, message) => {
  expect(() => createMockServer({ url, ...options } as MockServerOptions)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) as string }),
  )
})

test('faults refuse numbers out of range', async () => {
  const server = await startMock()
  expect(() => server.delay(-1)).toThrow('delay: expected a number from 0 to 60000, got -1')
  expect(() => server.delay(60_001)).toThrow('delay: expected')
  expect(() => server.reorder({ count: 1 })).toThrow('count: expected a number from 2 to 100, got 1')
  expect(() => server.reorder({ withinMs: NaN })).toThrow('withinMs: expected a number from 0 to 60000')
})

test('faults refuse invalid filters and refusals', async () => {
  const server = await startMock()
  const wrong = { event: 'a' } as never
  const calls = [
    () => server.dropNext(wrong),
    () => server.duplicateNext(wrong),
    () => server.reorder({ filter: wrong }),
  ]
  for (const call of calls)
    expect(call).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^\w+: expected an event's name or a function, got object$/) as string,
      }),
    )
  expect(() => server.refuse(undefined as never)).toThrow('refuse: expected { message, data? }')
  expect(() => server.refuse({} as never)).toThrow('refuse: expected { message, data? }')
})

test('handlersOf refuses an object that is not a mock server', () => {
  expect(() => handlersOf({})).toThrow('server: expected a server made by createMockServer()')
})

test('clients connect at the path of the server options and nowhere else', async () => {
  const server = await startMock({ options: { path: '/live' } })
  expect(server.url).toBe(url)
  await connectedClient({ path: '/live' })
  await nextEvent(startClient({ transports: ['polling'], reconnection: false }), 'connect_error')
  expect(server.io.sockets.sockets.size).toBe(1)
})
