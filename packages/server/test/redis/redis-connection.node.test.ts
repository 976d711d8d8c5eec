import { hash } from 'node:crypto'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../src/redis/connection/create-connection.ts'
import type { RedisConnection, RedisScript } from '../../src/redis/redis-connection.ts'
import { clientOf, type ClientPackage, clientPackages, clusterOf } from '../support/redis-clients.ts'
import { type RedisServer, startCluster, startRedis } from '../support/redis-server.ts'
import { createTcpSwitch } from '../support/tcp-switch.ts'

const source = "return redis.call('INCR', KEYS[1])"
const increment: RedisScript = { source, sha: hash('sha1', source) }
const failing = "return redis.error_reply('WRONG number')"
const scripts = [increment, { source: failing, sha: hash('sha1', failing) }]
const UNAVAILABLE = { code: 'UNAVAILABLE' }

let server: RedisServer
let cluster: readonly RedisServer[]
beforeAll(async () => {
  ;[server, cluster] = await Promise.all([startRedis(), startCluster()])
})

let lastKey = 0
const newKey = (): string => `{${(lastKey += 1)}}:key`

const kinds: [string, ClientPackage, boolean][] = clientPackages.flatMap((name) => [
  [`${name}, one server`, name, false],
  [`${name}, a cluster`, name, true],
])

async function connect(name: ClientPackage, isCluster: boolean): Promise<RedisConnection> {
  const client = isCluster ? clusterOf(name, cluster, onTestFinished) : clientOf(name, server)
  const connection = createRedisConnection({ client, scripts })
  onTestFinished(() => connection.close())
  await connection.connect()
  return connection
}

describe.each(kinds)('%s', (_, name, isCluster) => {
  test('scripts and commands run in the order of the calls, without waiting for answers', async () => {
    const connection = await connect(name, isCluster)
    const key = newKey()
    const answers = Array.from({ length: 100 }, (_, index) =>
      index % 10 === 9 ? connection.command(key, 'INCRBY', key, 1) : connection.run(increment, [key], []),
    )
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    await connection.check()
  })

  test('a listener gets the messages of its channel until it unsubscribes; another listener goes on', async () => {
    const connection = await connect(name, isCluster)
    const channels = [newKey(), newKey(), newKey()]
    const received: string[] = []
    const publish = async (message: string) => {
      for (const channel of channels)
        await connection.command(channel, isCluster ? 'SPUBLISH' : 'PUBLISH', channel, message)
    }
    const ends = await Promise.all(
      channels.map((channel) => connection.subscribe(channel, (message) => received.push(`${channel} ${message}`))),
    )
    const [first = ''] = channels
    const other: string[] = []
    const endOther = await connection.subscribe(first, (message) => other.push(message))
    await publish('a')
    await expect.poll(() => received.toSorted()).toEqual(channels.map((channel) => `${channel} a`).toSorted())
    for (const end of ends) end()
    await publish('b')
    await expect.poll(() => other).toEqual(['a', 'b'])
    endOther()
    const endAgain = await connection.subscribe(first, (message) => other.push(`again ${message}`))
    await publish('c')
    await expect.poll(() => other).toEqual(['a', 'b', 'again c'])
    endAgain()
    expect(received).toHaveLength(channels.length)
  })

  test('after lost connections, scripts and subscriptions are there again, and listeners hear of it', async () => {
    const connection = await connect(name, isCluster)
    const key = newKey()
    const received: string[] = []
    await connection.subscribe(key, (message) => received.push(message))
    let restored = 0
    const end = connection.onRestored(() => (restored += 1))
    for (const one of isCluster ? cluster : [server]) {
      await one.send('SCRIPT', 'FLUSH')
      await one.send('CLIENT', 'KILL', 'TYPE', 'normal')
      await one.send('CLIENT', 'KILL', 'TYPE', 'pubsub')
    }
    await expect.poll(() => restored).toBeGreaterThan(0)
    await expect.poll(async () => await connection.run(increment, [key], []).catch(() => 'away')).toBe(1)
    await expect
      .poll(async () => {
        await connection.command(key, isCluster ? 'SPUBLISH' : 'PUBLISH', key, 'back').catch(() => {})
        return received.at(-1)
      })
      .toBe('back')
    end()
  })

  test('a listener that throws loses only its message, and the connection goes on; a kind of error warns once', async () => {
    const connection = await connect(name, isCluster)
    let restored = 0
    connection.onRestored(() => (restored += 1))
    const key = newKey()
    const received: string[] = []
    await connection.subscribe(key, (message) => {
      received.push(`first ${message}`)
      if (message !== 'good') throw Object.assign(new Error(`it is ${message}`), { name: key })
    })
    await connection.subscribe(key, (message) => received.push(`second ${message}`))
    const publish = async (message: string) =>
      await connection.command(key, isCluster ? 'SPUBLISH' : 'PUBLISH', key, message)
    const warnings: string[] = []
    const onWarning = ({ message }: Error) => {
      if (message.includes(key)) warnings.push(message)
    }
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    for (const message of ['bad', 'worse', 'good']) await publish(message)
    await expect
      .poll(() => received)
      .toEqual(['first bad', 'second bad', 'first worse', 'second worse', 'first good', 'second good'])
    await expect
      .poll(() => warnings)
      .toEqual([`redisLog: a message on the channel ${key} could not be read: it is bad`])
    await connection.check()
    expect(restored).toBe(0)
  })

  test('an error of Redis rejects the call, and the next one runs', async () => {
    const connection = await connect(name, isCluster)
    const key = newKey()
    await connection.command(key, 'SET', key, 'text')
    await expect(connection.run(increment, [key], [])).rejects.toMatchObject(UNAVAILABLE)
    await expect(connection.command(key, 'NONSENSE', key)).rejects.toMatchObject(UNAVAILABLE)
    await expect(connection.run({ source: '', sha: hash('sha1', 'x') }, [key], [])).rejects.toMatchObject(UNAVAILABLE)
    await expect.poll(() => connection.command(key, 'GET', key).catch(() => 'away')).toBe('text')
  })
})

describe('while a server is away', () => {
  test.each(clientPackages)('%s: calls reject at once, and work again after its return', async (name) => {
    const own = await startRedis()
    const connection = createRedisConnection({ client: clientOf(name, own), scripts })
    onTestFinished(() => connection.close())
    await connection.connect()
    const key = newKey()
    expect(await connection.run(increment, [key], [])).toBe(1)
    await own.kill()
    await expect.poll(() => connection.check().then(() => 'fine', String)).toMatch(/no connection to Redis/)
    const startedAt = performance.now()
    for (let call = 0; call < 100; call += 1)
      await expect(connection.run(increment, [key], [])).rejects.toMatchObject(UNAVAILABLE)
    await expect(connection.subscribe(key, () => {})).rejects.toMatchObject(UNAVAILABLE)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    await own.start()
    await expect.poll(() => connection.run(increment, [key], []).catch(() => 'away')).toBe(1)
  })

  test('while 10,000 commands wait for an answer, another one rejects at once', async () => {
    const own = await startRedis()
    const connection = createRedisConnection({ client: clientOf('redis', own), scripts })
    onTestFinished(() => connection.close())
    await connection.connect()
    own.pause()
    const key = newKey()
    const call = () => connection.run(increment, [key], []).catch(String)
    const waiting = Array.from({ length: 10_000 }, call)
    for (const rejected of await Promise.all(Array.from({ length: 100 }, call)))
      expect(rejected).toMatch(/too many commands wait for an answer/)
    own.resume()
    await Promise.all(waiting)
    await expect.poll(call).toBeTypeOf('number')
  })

  test('connections that pass nothing on any more are replaced for good', { timeout: 30_000 }, async () => {
    await Promise.all(
      clientPackages.map(async (name) => {
        const link = await createTcpSwitch(server.port)
        const connection = createRedisConnection({ client: clientOf(name, link), scripts })
        onTestFinished(() => connection.close())
        await connection.connect()
        const key = newKey()
        link.stall()
        await expect(connection.run(increment, [key], [])).rejects.toMatchObject(UNAVAILABLE)
        // The client reports the end of the stalled connection while the next one is used.
        let inARow = 0
        const call = async () => {
          await connection.check()
          await connection.run(increment, [key], [])
        }
        await expect
          .poll(
            async () =>
              (inARow = await call().then(
                () => inARow + 1,
                () => 0,
              )),
            { interval: 20, timeout: 15_000 },
          )
          .toBeGreaterThan(30)
      }),
    )
  })

  test('a server that answers nothing any more rejects after seconds', async () => {
    await Promise.all(
      clientPackages.map(async (name) => {
        const own = await startRedis()
        const connection = createRedisConnection({ client: clientOf(name, own), scripts })
        onTestFinished(() => connection.close())
        await connection.connect()
        own.pause()
        const key = newKey()
        const startedAt = performance.now()
        await expect(connection.run(increment, [key], [])).rejects.toMatchObject(UNAVAILABLE)
        expect(performance.now() - startedAt).toBeLessThan(6_000)
        own.resume()
        // What was given up on was executed once, and is not sent again.
        await expect.poll(() => connection.command(key, 'GET', key).catch(() => 'away')).toBe('1')
      }),
    )
  })
})
