import { expect, onTestFinished, test } from 'vitest'
import { Link } from '../../src/redis/connection/link.ts'
import type { ClientListeners, RedisClient } from '../../src/redis/connection/redis-client.ts'

interface Made {
  readonly listeners: ClientListeners
  /** Makes the next command fail. */
  fail: (message: string) => void
}

/** A link whose clients are made here. `failure` is thrown in place of the first one. */
function startLink(failure?: Error) {
  const clients: Made[] = []
  const failures: unknown[] = []
  let isFirst = true
  const create = (listeners: ClientListeners): RedisClient => {
    if (isFirst && failure !== undefined) {
      isFirst = false
      throw failure
    }
    let error: Error | undefined
    clients.push({ listeners, fail: (message) => (error = new Error(message)) })
    const done = async () => {}
    const send = async () => {
      if (error !== undefined) throw error
      return 'answer'
    }
    return { connect: done, send, subscribe: done, unsubscribe: done, end: () => {} }
  }
  const link = new Link({
    create,
    prepare: async () => {},
    onReady: () => {},
    onFailure: (error) => failures.push(error),
    onMessage: () => {},
    onMoved: () => {},
  })
  const running = link.run()
  onTestFinished(async () => {
    link.close()
    await running
  })
  return { link, clients, failures, isSession: async (session: number) => await isSession(link, session) }
}

async function isSession(link: Link, session: number): Promise<void> {
  await expect.poll(() => link.session).toBe(session)
}

test('a client that reports its end late does not end the next connection', async () => {
  const { link, clients, isSession } = startLink()
  await isSession(1)
  link.end(new Error('no answer'))
  await expect(link.send(['PING'])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await isSession(2)
  clients[0]?.listeners.onEnd(new Error('the connection was closed'))
  expect(link.failure).toBeUndefined()
  expect(await link.send(['PING'])).toBe('answer')
  clients[1]?.listeners.onEnd(new Error('the connection was closed'))
  expect(link.failure).toMatchObject({ code: 'UNAVAILABLE' })
  await isSession(3)
})

test('a client that cannot be made is a failed connection, and is made again', async () => {
  const cause = new TypeError('Invalid pathname')
  const { failures, isSession } = startLink(cause)
  await isSession(1)
  expect(failures).toMatchObject([{ code: 'UNAVAILABLE', message: expect.stringContaining('Invalid pathname'), cause }])
})

test.each([
  "READONLY You can't write against a read only replica.",
  "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
  'NOSCRIPT No matching script.',
])('another connection is made after the error: %s', async (message) => {
  const { link, clients, isSession } = startLink()
  await isSession(1)
  clients[0]?.fail(message)
  await expect(link.send(['EVALSHA'])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await isSession(2)
})

test('the connection stays after any other error of a command', async () => {
  const { link, clients, isSession } = startLink()
  await isSession(1)
  clients[0]?.fail('ERR unknown command IS_READONLY_')
  await expect(link.send(['IS_READONLY_'])).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect([link.failure, link.session]).toEqual([undefined, 1])
})
