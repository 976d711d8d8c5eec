import { describe, expect, test } from 'vitest'
import { SharedConnections, sharingKey } from '../../src/transport/shared-connections.ts'

describe('CN4 connections that clients share', () => {
  test('are found while they are used, and are kept no longer', () => {
    const connections = new SharedConnections<string>()
    const [ann, bob] = [{}, {}]
    expect(connections.find('key')).toBeUndefined()
    connections.take('key', 'first', ann)
    connections.take('key', 'second', bob)
    expect(connections.find('key')).toBe('first')
    connections.giveBack('key', 'second', bob)
    expect(connections.find('key')).toBe('first')
    connections.take('key', 'first', bob)
    connections.giveBack('key', 'first', ann)
    expect(connections.find('key')).toBe('first')
    connections.giveBack('key', 'first', bob)
    expect(connections.find('key')).toBeUndefined()
  })

  test('are not shared without a key', () => {
    const connections = new SharedConnections<string>()
    connections.take(undefined, 'mine', {})
    expect(connections.find(undefined)).toBeUndefined()
  })

  test('have the same key for the same options; own transports and forceNew have none', () => {
    const key = sharingKey('http://localhost:1/chat', {})
    expect(sharingKey('http://localhost:1/other', {})).toBe(key)
    expect(sharingKey('http://localhost:2', {})).not.toBe(key)
    expect(sharingKey('http://localhost:1', { query: { a: '1' } })).not.toBe(key)
    expect(sharingKey('http://localhost:1', { transports: ['websocket'] })).not.toBe(key)
    const others = [{ path: '/io' }, { agent: {} }, { ca: 'PEM' }, { extraHeaders: { a: '1' } }, { upgrade: false }]
    const keys = new Set([key, ...others.map((options) => sharingKey('http://localhost:1', options))])
    expect(keys.size).toBe(others.length + 1)
    expect(sharingKey('http://localhost:1', { path: '/io', upgrade: true })).toBe(
      sharingKey('http://localhost:1', { upgrade: true, path: '/io' }),
    )
    expect(sharingKey('http://localhost:1', { forceNew: true })).toBeUndefined()
    expect(sharingKey('http://localhost:1', { transports: [class {}] })).toBeUndefined()
  })

  test('have another key for another agent, which is compared by identity', () => {
    class Agent {
      self = this // an agent refers to itself in many ways, and has no JSON
    }
    const [one, other] = [new Agent(), new Agent()]
    const key = sharingKey('http://localhost:1', { agent: one })
    expect(sharingKey('http://localhost:1', { agent: one })).toBe(key)
    expect(sharingKey('http://localhost:1', { agent: other })).not.toBe(key)
    expect(sharingKey('http://localhost:1', { pfx: Uint8Array.of(1) })).not.toBe(
      sharingKey('http://localhost:1', { pfx: Uint8Array.of(2) }),
    )
  })
})
