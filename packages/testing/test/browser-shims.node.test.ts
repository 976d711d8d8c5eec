import { createHash } from 'node:crypto'
import { EventEmitter as NodeEmitter } from 'node:events'
import { isIP as nodeIsIP } from 'node:net'
import { describe, expect, test } from 'vitest'
import { base64id } from '../src/browser/base64id.ts'
import { hash, randomBytes, randomInt, randomUUID } from '../src/browser/crypto.ts'
import { EventEmitter } from '../src/browser/events.ts'
import { BlockList, isIP } from '../src/browser/net.ts'
import { attach } from '../src/browser/unavailable.ts'

describe.each([
  ["Node's", NodeEmitter],
  ['the shim', EventEmitter as unknown as typeof NodeEmitter],
])('EventEmitter, %s', (_, Emitter) => {
  test('emit() calls the listeners in order, those of once() once, and returns whether there were any', () => {
    const emitter = new Emitter()
    const calls: string[] = []
    emitter.on('a', (value: string) => calls.push(`on ${value}`))
    emitter.once('a', (value: string) => calls.push(`once ${value}`))
    emitter.prependListener('a', (value: string) => calls.push(`first ${value}`))
    expect([emitter.emit('a', '1'), emitter.emit('a', '2'), emitter.emit('b')]).toEqual([true, true, false])
    expect(calls).toEqual(['first 1', 'on 1', 'once 1', 'first 2', 'on 2'])
  })

  test('removes one listener, all listeners of an event, and all listeners', () => {
    const emitter = new Emitter()
    const [a, b] = [() => {}, () => {}]
    emitter.on('x', a).on('x', b).on('x', a).once('x', b).on('y', a).on(Symbol.for('z'), a)
    emitter.off('x', b).removeListener('x', a)
    expect(emitter.listeners('x')).toEqual([a, b])
    expect(emitter.listenerCount('x')).toBe(2)
    expect(emitter.eventNames()).toEqual(['x', 'y', Symbol.for('z')])
    expect(emitter.removeAllListeners('x').eventNames()).toEqual(['y', Symbol.for('z')])
    expect(emitter.removeAllListeners().eventNames()).toEqual([])
  })

  test('rawListeners() returns the wrappers of once(), listeners() the original functions', () => {
    const emitter = new Emitter()
    const listener = (): string => 'returned'
    emitter.once('x', listener)
    const [raw] = emitter.rawListeners('x')
    expect(emitter.listeners('x')).toEqual([listener])
    expect(raw).not.toBe(listener)
    expect(raw?.call(emitter)).toBe('returned')
    expect(emitter.listenerCount('x')).toBe(0)
  })

  test('emit() uses the listeners at the time of the call, and throws an error without a listener', () => {
    const emitter = new Emitter()
    const calls: number[] = []
    const second = (): number => calls.push(2)
    emitter.on('x', () => void emitter.off('x', second).on('x', () => calls.push(3)))
    emitter.on('x', second)
    emitter.emit('x')
    expect(calls).toEqual([2])
    expect(() => emitter.emit('error', new Error('unhandled'))).toThrow('unhandled')
  })

  test('has enumerable methods, which Socket.IO copies', () => {
    expect(Object.keys(Emitter.prototype)).toEqual(expect.arrayContaining(['on', 'once', 'off', 'emit', 'listeners']))
  })
})

test('sha256 returns the same as in Node', () => {
  for (const text of ['', 'abc', 'ä€😀', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'long '.repeat(2_000)]) {
    expect(hash('sha256', text)).toBe(createHash('sha256').update(text).digest('hex'))
    expect(hash('sha256', text, 'base64url')).toBe(createHash('sha256').update(text).digest('base64url'))
  }
  expect(() => hash('md5', '')).toThrow('expected sha256')
})

test.each(['127.0.0.1', '10.0.0.0', '::1', 'fe80::1', '2001:db8::1', '', 'localhost', '1.2.3'])(
  'isIP(%j) is what it is in Node',
  (text) => {
    expect(isIP(text)).toBe(nodeIsIP(text))
  },
)

test('a list of networks has the addresses of this machine in it, and no others', () => {
  const list = new BlockList()
  list.addSubnet()
  expect(['127.0.0.1', '::1', '192.0.2.1'].map((address) => list.check(address))).toEqual([true, true, false])
})

test('random values have the same format as in Node', () => {
  expect(randomUUID()).toMatch(/^[\da-f-]{36}$/)
  expect(randomBytes(12).toString('base64url')).toMatch(/^[\w-]{16}$/)
  for (let turn = 0; turn < 1_000; turn++) {
    const n = randomInt(5, 8)
    expect([5, 6, 7]).toContain(n)
  }
  const ids = Array.from({ length: 1_000 }, () => base64id.generateId())
  expect(ids.every((id) => /^[\w-]{20}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(1_000)
})

test('a function that needs a port throws a clear error', () => {
  expect(attach).toThrow('a Socket.IO server in a page cannot listen')
})
