import { expect, it } from 'vitest'
import { serverAddress } from '../src/server-address.ts'

const page = (search = '') => ({ protocol: 'https:', hostname: 'chat.example', search })

it('is port 3001 of the page’s host, unless the build or the URL has another address', () => {
  expect(serverAddress(page(), undefined)).toEqual({ url: 'https://chat.example:3001' })
  expect(serverAddress(page(), 'http://built.in:1/')).toEqual({ url: 'http://built.in:1' })
})

it('SEC14 is another server where the URL names one that is not the usual one of this page', () => {
  const asked = (server: string) => page(`?server=${encodeURIComponent(server)}`)
  const other = { url: 'http://asked.for:2', isOther: true }
  expect(serverAddress(asked('http://asked.for:2'), 'http://built.in')).toEqual(other)
  expect(serverAddress(asked('http://asked.for:2'), undefined)).toEqual(other)
  expect(serverAddress(asked('http://chat.example:3001'), undefined)).toEqual({
    ...other,
    url: 'http://chat.example:3001',
  })
  expect(serverAddress(asked('https://chat.example:3001/'), undefined)).toEqual({ url: 'https://chat.example:3001' })
  expect(serverAddress(asked('http://built.in'), 'http://built.in/')).toEqual({ url: 'http://built.in' })
  expect(serverAddress(asked('http://built.in'), 'nonsense')).toEqual({ url: 'http://built.in', isOther: true })
})

it.each([
  'nonsense',
  '',
  'ftp://a.example',
  'http://',
  'http://a.example/path',
  'http://a.example/?x',
  'http://me@a.example',
])('refuses %j, says what was expected, and uses the default address', (address) => {
  expect(serverAddress(page(`?server=${encodeURIComponent(address)}`), undefined)).toEqual({
    url: 'https://chat.example:3001',
    problem: `“${address}” is not the address of a server: expected something like http://localhost:3001`,
  })
})

it('shortens a long address in the error', () => {
  expect(serverAddress(page(`?server=${'x'.repeat(5000)}`), undefined).problem?.length).toBeLessThan(200)
})
