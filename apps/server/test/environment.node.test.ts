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
    ['CLOSE_TIMEOUT_MS', '999', 'a whole number of milliseconds from 1000 to 999999'],
    ['CLOSE_TIMEOUT_MS', '1e4', 'a whole number of milliseconds from 1000 to 999999'],
  ])('refuses %s %j and says what was expected', (variable, value, expected) => {
    expect(() => readEnvironment({ [variable]: value })).toThrow(`${variable} is "${value}": expected ${expected}`)
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
