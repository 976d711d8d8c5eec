import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../src/environment.ts'

describe('readEnvironment', () => {
  it('has defaults for this machine, also if a variable is empty', () => {
    const options = readEnvironment({ PORT: '', HOST: '' })
    expect(options).toEqual({ port: 3001, host: '127.0.0.1', dataDir: expect.stringMatching(/apps\/server\/\.data$/) })
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
    }
    expect(readEnvironment(environment)).toEqual({
      port: 0,
      host: '::1',
      dataDir: '/data',
      dataFile: '/disk/chat.db',
      origins: ['https://a.example', 'http://b.example:8080'],
      trustProxy: ['10.0.0.0/8', 'loopback'],
    })
    expect(readEnvironment({ TRUST_PROXY: '1' })).toMatchObject({ trustProxy: 1 })
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
