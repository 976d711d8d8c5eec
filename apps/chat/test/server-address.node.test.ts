import { expect, it } from 'vitest'
import { serverAddress } from '../src/server-address.ts'

const page = (search = '') => ({ protocol: 'https:', hostname: 'chat.example', search })

it('is port 3001 of the page’s host, unless the build or the URL has another address', () => {
  expect(serverAddress(page(), undefined)).toEqual({ url: 'https://chat.example:3001' })
  expect(serverAddress(page(), 'http://built.in:1/')).toEqual({ url: 'http://built.in:1' })
  expect(serverAddress(page('?server=http%3A%2F%2Fasked.for%3A2'), 'http://built.in')).toEqual({
    url: 'http://asked.for:2',
  })
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
