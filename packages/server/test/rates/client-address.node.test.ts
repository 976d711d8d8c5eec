import { describe, expect, test } from 'vitest'
import { createReadAddress } from '../../src/rates/client-address.ts'
import { networkOf, parseIp } from '../../src/rates/ip.ts'
import { isProxyBy, type TrustProxy } from '../../src/rates/trust-proxy.ts'

describe('parseIp', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1\t', '192.0.2.1'],
    ['192.0.2.1:5678', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:5678', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::', '::'],
    ['::ffff:0:192.0.2.1', '::ffff:0:c000:201'],
  ])('%s is %s', (text, ip) => {
    expect(parseIp(text)).toBe(ip)
  })

  test.each([
    '',
    ' ',
    'unknown',
    '192.0.2',
    '192.0.2.256',
    '1:2',
    '[192.0.2.1',
    '192.0.2.1:',
    'localhost',
    '_hidden',
    '::1::',
  ])('"%s" is no address', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })
})

test('the network of an address is an IPv4 address, or the first 64 bits of an IPv6 address', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1')
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(networkOf('2001:db8:a:b:c:d:e:f')).toBe('2001:db8:a:b::/64')
  expect(networkOf('2001:db8:a:b::')).toBe('2001:db8:a:b::/64')
  expect(networkOf('::1')).toBe('0:0:0:0::/64')
})

describe('trustProxy', () => {
  const read = (trustProxy: TrustProxy | undefined, peer: string | undefined, headers: Record<string, string> = {}) => {
    const warnings: string[] = []
    const address = createReadAddress(trustProxy, (error) => warnings.push(String(error)))(peer, headers)
    return { ...address, warnings }
  }
  const through = (forwarded: string) => ({ 'x-forwarded-for': forwarded })

  test.each<[trustProxy: TrustProxy, peer: string | undefined, forwarded: string, ip: string]>([
    [0, '127.0.0.1', '192.0.2.9', '127.0.0.1'],
    [1, '10.0.0.1', '192.0.2.9', '192.0.2.9'],
    [1, '10.0.0.1', '192.0.2.1, 192.0.2.9', '192.0.2.9'],
    [2, '10.0.0.1', '192.0.2.1, 192.0.2.9', '192.0.2.1'],
    [3, '10.0.0.1', '192.0.2.1, 192.0.2.9', '192.0.2.1'],
    [1, '10.0.0.1', '', '10.0.0.1'],
    [1, '10.0.0.1', 'unknown', '10.0.0.1'],
    [2, '10.0.0.1', 'evil, 192.0.2.9', '192.0.2.9'],
    [1, undefined, '192.0.2.9', '192.0.2.9'],
    [1, '::ffff:10.0.0.1', '::ffff:192.0.2.9', '192.0.2.9'],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', '192.0.2.1, 192.0.2.9', '192.0.2.9'],
    [['10.0.0.0/8'], '11.0.0.1', '192.0.2.9', '11.0.0.1'],
    [['10.0.0.0/8', '192.0.2.9'], '10.0.0.1', '192.0.2.1, 192.0.2.9', '192.0.2.1'],
    [['::ffff:10.0.0.0/104'], '10.1.2.3', '192.0.2.9', '192.0.2.9'],
    [['2001:db8::/32'], '2001:db8::7', '2001:db8:ffff::1, 192.0.2.9, 2001:db8::8', '192.0.2.9'],
    [['loopback'], '127.0.0.1', '192.0.2.9', '192.0.2.9'],
    [['loopback'], '::1', '192.0.2.9', '192.0.2.9'],
    [['loopback'], undefined, '192.0.2.9', '192.0.2.9'],
    [['loopback', 'uniquelocal'], '127.0.0.1', '192.0.2.9, 172.16.0.1', '192.0.2.9'],
    [['linklocal'], 'fe80::1%eth0', '192.0.2.9', '192.0.2.9'],
    [[], '127.0.0.1', '192.0.2.9', '127.0.0.1'],
  ])('with %j, the peer %s with X-Forwarded-For "%s" is the client %s', (trustProxy, peer, forwarded, ip) => {
    expect(read(trustProxy, peer, through(forwarded))).toEqual({ ip, network: ip, warnings: [] })
  })

  test.each([
    -1,
    1.5,
    Number.NaN,
    true,
    '1',
    {},
    ['10.0.0.0/33'],
    ['10.0.0.0/8/8'],
    ['nearby'],
    [7],
    [''],
    ['::ffff:10.0.0.0/95'],
  ])('%j is an error', (trustProxy) => {
    expect(() => isProxyBy(trustProxy as TrustProxy)).toThrow(/^createRooms: trustProxy must be the number of proxies/)
  })

  test('while unset, a public peer is the client whatever headers it sends', () => {
    const headers = { 'x-forwarded-for': '192.0.2.9', forwarded: 'for=192.0.2.9' }
    expect(read(undefined, '192.0.2.1', headers)).toEqual({ ip: '192.0.2.1', network: '192.0.2.1', warnings: [] })
    expect(read(undefined, '10.0.0.7')).toEqual({ ip: '10.0.0.7', network: '10.0.0.7', warnings: [] })
  })

  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip'])(
    'while unset, %s from a private peer warns once, and the client has no network to be counted by',
    (header) => {
      const warnings: string[] = []
      const readAddress = createReadAddress(undefined, (error) => warnings.push(String(error)))
      for (const peer of ['127.0.0.1', '::1', '10.0.0.7', '192.168.0.7', '::ffff:172.16.0.7', 'fd00::7', 'fe80::7'])
        expect(readAddress(peer, { [header]: '192.0.2.9' })).toEqual({ ip: parseIp(peer), network: undefined })
      expect(warnings).toEqual([expect.stringContaining(`through a proxy at 127.0.0.1 (header ${header})`)])
    },
  )

  test('while unset, a peer on this machine has no network, since it may be a proxy that sends no header', () => {
    expect(read(undefined, '127.0.0.1')).toEqual({ ip: '127.0.0.1', network: undefined, warnings: [] })
    expect(read(undefined, undefined)).toEqual({ ip: '127.0.0.1', network: undefined, warnings: [] })
    expect(read(0, '127.0.0.1').network).toBe('127.0.0.1')
  })
})
