import { describe, expect, it } from 'vitest'
import { readEnvironment, readLogLevel } from '../src/environment.ts'

describe('readEnvironment', () => {
  it('has defaults for this machine, also if a variable is empty', () => {
    const options = readEnvironment({ PORT: '', HOST: '' })
    expect(options).toEqual({
      port: 3001,
      host: '127.0.0.1',
      dataDir: expect.stringMatching(/apps\/server\/\.data$/),
      metrics: { port: 9464, host: '127.0.0.1', isRequired: false },
    })
    expect(options).toEqual(readEnvironment({}))
  })

  it('reads every variable', () => {
    const environment = {
      PORT: '0',
      HOST: '::1',
      DATA_DIR: '/data',
      DATA_FILE: '/disk/chat.db',
      ORIGINS: 'https://a.example, http://b.example:8080',
      TRUST_PROXY: '10.0.0.0/8, loopback',
      METRICS_PORT: '9000',
      METRICS_HOST: '0.0.0.0',
      CLOSE_TIMEOUT_MS: '8000',
    }
    expect(readEnvironment(environment)).toEqual({
      port: 0,
      host: '::1',
      dataDir: '/data',
      dataFile: '/disk/chat.db',
      origins: ['https://a.example', 'http://b.example:8080'],
      trustProxy: ['10.0.0.0/8', 'loopback'],
      metrics: { port: 9000, host: '0.0.0.0', isRequired: true },
      closeTimeoutMs: 8000,
    })
    expect(readEnvironment({ TRUST_PROXY: '1' })).toMatchObject({ trustProxy: 1 })
    expect(readEnvironment({ METRICS_PORT: 'off' })).not.toHaveProperty('metrics')
  })

  it.each([
    ['METRICS_PORT', 'on', 'a whole number from 0 (any free port) to 65535 or off'],
    ['METRICS_HOST', '-', 'an IP address or a host name'],
    ['DEMO_FAULTS', 'yes', 'on or off'],
    ['CLOSE_TIMEOUT_MS', '999', 'a whole number of milliseconds from 1000 to 999999'],
    ['CLOSE_TIMEOUT_MS', '1e4', 'a whole number of milliseconds from 1000 to 999999'],
  ])('refuses %s %j and says what was expected', (variable, value, expected) => {
    expect(() => readEnvironment({ [variable]: value })).toThrow(`${variable} is "${value}": expected ${expected}`)
  })

  it('reads the address of Redis and the signing key that several servers share', () => {
    const SESSION_KEY = '0f'.repeat(32)
    const options = readEnvironment({ REDIS_URL: 'rediss://user:secret@redis.example:6380/1', SESSION_KEY })
    expect(options).toMatchObject({ redis: { url: 'rediss://user:secret@redis.example:6380/1' } })
    expect(options.sessionKey).toEqual(Buffer.alloc(32, 0x0f))
  })

  it.each(['redis.example:6379', 'http://user:secret@redis.example', 'redis://', 'redis:///1', 'redis://:secret@'])(
    'refuses REDIS_URL %j without showing it, since it may have a password',
    (REDIS_URL) => {
      const message = 'REDIS_URL: expected an address like redis://127.0.0.1:6379, or rediss://… with TLS'
      expect(() => readEnvironment({ REDIS_URL })).toThrow(new Error(message))
    },
  )

  it.each(['secret', 'g'.repeat(64), '0f'.repeat(31)])('refuses SESSION_KEY %j without showing it', (SESSION_KEY) => {
    const message = 'SESSION_KEY: expected 64 hexadecimal digits, as `openssl rand -hex 32` prints them'
    expect(() => readEnvironment({ SESSION_KEY })).toThrow(new Error(message))
  })

  it('refuses a file and a Redis for the messages', () => {
    const both = { DATA_FILE: ':memory:', REDIS_URL: 'redis://127.0.0.1' }
    expect(() => readEnvironment(both)).toThrow('DATA_FILE and REDIS_URL are set: expected one of them')
  })

  it('reads the level of the log', () => {
    expect(readLogLevel({})).toBe('info')
    expect(readLogLevel({ LOG_LEVEL: 'debug' })).toBe('debug')
    expect(() => readLogLevel({ LOG_LEVEL: 'loud' })).toThrow('LOG_LEVEL is "loud": expected one of trace, debug, info')
  })

  it.each(['abc', '-1', '65536', '1e3', '3001.5', ' 80', '0x50'])(
    'refuses PORT %j and says what was expected',
    (PORT) => {
      const message = `PORT is ${JSON.stringify(PORT)}: expected a whole number from 0 (any free port) to 65535`
      expect(() => readEnvironment({ PORT })).toThrow(message)
    },
  )

  it.each(['http://localhost', 'a b', '1.2.3.4:80', '-'])('refuses HOST %j and says what was expected', (HOST) => {
    const message = `HOST is ${JSON.stringify(HOST)}: expected an IP address or a host name`
    expect(() => readEnvironment({ HOST })).toThrow(message)
  })

  it.each(['a.example', 'https://a.example/', 'https://a.example,,', 'file:///tmp', '*', 'https://'])(
    'refuses ORIGINS %j and says what was expected',
    (ORIGINS) => {
      expect(() => readEnvironment({ ORIGINS })).toThrow(/^ORIGINS is ".*": expected origins separated by commas/)
    },
  )
})
