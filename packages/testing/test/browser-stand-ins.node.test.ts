import { createHash } from 'node:crypto'
import { EventEmitter as NodeEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { base64id } from '../src/browser/base64id.ts'
import { hash, randomBytes, randomInt, randomUUID } from '../src/browser/crypto.ts'
import { EventEmitter } from '../src/browser/events.ts'
import { attach } from '../src/browser/no-port.ts'

describe.each([
  ["Node's", NodeEmitter],
  ['ours', EventEmitter as unknown as typeof NodeEmitter],
])('an emitter, %s', (_, Emitter) => {
  test('calls listeners in order, once those that asked for it, and tells whether there were any', () => {
    const emitter = new Emitter()
    const calls: string[] = []
    emitter.on('a', (value: string) => calls.push(`on ${value}`))
    emitter.once('a', (value: string) => calls.push(`once ${value}`))
    emitter.prependListener('a', (value: string) => calls.push(`first ${value}`))
    expect([emitter.emit('a', '1'), emitter.emit('a', '2'), emitter.emit('b')]).toEqual([true, true, false])
    expect(calls).toEqual(['first 1', 'on 1', 'once 1', 'first 2', 'on 2'])
  })

  test('forgets one listener, all of an event, and all', () => {
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

  test('gives the listeners as they are called, and as they were given', () => {
    const emitter = new Emitter()
    const listener = (): string => 'returned'
    emitter.once('x', listener)
    const [raw] = emitter.rawListeners('x')
    expect(emitter.listeners('x')).toEqual([listener])
    expect(raw).not.toBe(listener)
    expect(raw?.call(emitter)).toBe('returned')
    expect(emitter.listenerCount('x')).toBe(0)
  })

  test('goes on with the listeners of the moment, and throws an error that nobody hears', () => {
    const emitter = new Emitter()
    const calls: number[] = []
    const second = (): number => calls.push(2)
    emitter.on('x', () => void emitter.off('x', second).on('x', () => calls.push(3)))
    emitter.on('x', second)
    emitter.emit('x')
    expect(calls).toEqual([2])
    expect(() => emitter.emit('error', new Error('unheard'))).toThrow('unheard')
  })

  test('is inherited by copying its methods, as Socket.IO does', () => {
    expect(Object.keys(Emitter.prototype)).toEqual(expect.arrayContaining(['on', 'once', 'off', 'emit', 'listeners']))
  })
})

test('sha256 is that of Node', () => {
  for (const text of ['', 'abc', 'ä€😀', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'long '.repeat(2_000)])
    expect(hash('sha256', text)).toBe(createHash('sha256').update(text).digest('hex'))
  expect(() => hash('md5', '')).toThrow('sha256 only')
})

test('what is random has the shape that it has in Node', () => {
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

test('what needs a port says that there is none', () => {
  expect(attach).toThrow('a Socket.IO server in a page cannot listen')
})
