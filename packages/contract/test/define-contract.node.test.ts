import { defineContract, RoomfulError, typeOnly } from '@roomful/contract'
import { isSchema } from '@roomful/contract/protocol'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

/** defineContract without its types. */
const define = defineContract as (definition?: unknown) => unknown

describe('a contract', () => {
  test('carries its definition as it was given', () => {
    const definition = {
      clientToServer: { ping: {}, whoami: { ack: z.string() } },
      serverToClient: { tick: v.number(), gap: {} },
      room: { message: typeOnly<string>(), cursor: { data: z.number(), volatile: true } },
      user: z.object({ id: z.string() }),
      presence: v.string(),
      join: z.object({ invite: z.string() }),
    } as const
    expect(defineContract(definition).definition).toBe(definition)
    expect(defineContract({}).definition).toEqual({})
  })
  test('may have every event that a plain server can have, of any length and with $', () => {
    const events = {
      $set: {},
      '': {},
      ['x'.repeat(200)]: {},
      'App\\Events\\Shipped': {},
      'a\nb': {},
      'chat:42': {},
      gap: {},
    }
    const { gap: _, ...room } = events
    expect(() => define({ clientToServer: events, serverToClient: events, room })).not.toThrow()
  })
  test('may have an ack for an event of the server, with data and without', () => {
    const ack = z.object({ ok: z.boolean() })
    const { checks } = defineContract({ serverToClient: { ask: { data: z.string(), ack }, ping: { ack } } })
    expect(checks.find('serverToClient', 'ask').ack).toBe(ack)
    expect(checks.parseAck('serverToClient', 'ping', { ok: true })).toEqual({ ok: true })
    expect(() => checks.parseAck('serverToClient', 'ask', 'yes')).toThrow('invalid data for "ask"')
  })
})

const schema = 'a Standard Schema, as zod, valibot and arktype make them'
const mistakes: [mistake: string, definition: unknown, sentence: string][] = [
  ['nothing', undefined, 'the definition must be an object of sections, got undefined'],
  ['null', null, 'the definition must be an object of sections, got null'],
  ['a list', [], 'the definition must be an object of sections, got an array'],
  ['a schema', z.object({}), 'the definition must be an object of sections, got a schema'],
  [
    'an unknown section',
    { events: {} },
    'unknown section "events": expected clientToServer, serverToClient, room, inbox, user, presence or join',
  ],
  [
    'a section that is inherited by every object',
    { constructor: {} },
    'unknown section "constructor": expected client',
  ],
  ['a section that is a list', { room: [] }, 'room must be an object of events, got an array'],
  ['a section that is undefined', { room: undefined }, 'room must be an object of events, got undefined'],
  ['a section that is a schema', { room: z.string() }, 'room must be an object of events, got a schema'],
  ['a name of Socket.IO', { serverToClient: { connect: {} } }, 'event name "connect" is reserved by Socket.IO'],
  ['a name of Node', { room: { newListener: {} } }, 'event name "newListener" is reserved by Socket.IO'],
  ['the gap of rooms', { room: { gap: {} } }, 'event name "gap" is reserved: rooms raise it themselves'],
  [
    'an event that is no shape',
    { clientToServer: { a: 'string' } },
    'clientToServer.a must be a schema, or an object with data and ack, got "string"',
  ],
  [
    'an event that is null',
    { serverToClient: { a: null } },
    'serverToClient.a must be a schema, or an object with data and ack, got null',
  ],
  [
    'an event that is a class',
    { room: { a: String } },
    'room.a must be a schema, or an object with data, volatile, unread, amends and key, got function',
  ],
  [
    'an unknown key',
    { clientToServer: { a: { dta: z.string() } } },
    'unknown key "dta" in clientToServer.a: expected a schema, or data and ack',
  ],
  [
    'volatile outside rooms',
    { clientToServer: { a: { volatile: true } } },
    'unknown key "volatile" in clientToServer.a: expected a schema, or data and ack',
  ],
  [
    'volatile from the server',
    { serverToClient: { a: { volatile: true } } },
    'unknown key "volatile" in serverToClient.a: expected a schema, or data and ack',
  ],
  ['an ack of a room', { room: { a: { ack: z.string() } } }, 'unknown key "ack" in room.a: expected a schema, or data'],
  ['data that is no schema', { room: { a: { data: String } } }, `room.a.data must be ${schema}, got function`],
  ['an ack that is undefined', { clientToServer: { a: { ack: undefined } } }, `a.ack must be ${schema}, got undefined`],
  [
    'a volatile that is not true',
    { room: { a: { volatile: 'yes' } } },
    'room.a.volatile must be true or left out, got "yes"',
  ],
  ['an unread that is not true', { room: { a: { unread: 1 } } }, 'room.a.unread must be true or left out, got 1'],
  [
    'unread outside rooms and inbox',
    { serverToClient: { a: { unread: true } } },
    'unknown key "unread" in serverToClient.a: expected a schema, or data and ack',
  ],
  [
    'a volatile event that is unread',
    { room: { a: { volatile: true, unread: true } } },
    'room.a is volatile and never stored: it cannot be unread',
  ],
  [
    'a volatile event of the inbox',
    { inbox: { a: { volatile: true } } },
    'unknown key "volatile" in inbox.a: expected a schema, or data and unread',
  ],
  [
    'an amendment of an event that the room section does not have',
    { room: { a: { amends: 'b' } }, clientToServer: { b: z.string() } },
    'room.a.amends must name a stored room event that is no amendment itself, got "b"',
  ],
  [
    'an amendment of itself',
    { room: { a: { amends: 'a' } } },
    'room.a.amends must name a stored room event that is no amendment itself, got "a"',
  ],
  [
    'an amendment of a volatile event',
    { room: { a: { amends: 'b' }, b: { volatile: true } } },
    'room.a.amends must name a stored room event that is no amendment itself, got "b"',
  ],
  [
    'an amendment that is volatile',
    { room: { a: { amends: 'b', volatile: true }, b: z.string() } },
    'room.a is volatile and never stored: it cannot amend',
  ],
  ['an amends that is no name', { room: { a: { amends: true } } }, 'room.a.amends must be a name, got true'],
  ['a key without amends', { room: { a: { key: 'emoji' } } }, 'room.a has a key, which needs amends'],
  [
    'an amendment of the inbox',
    { inbox: { a: { amends: 'b' }, b: z.string() } },
    'unknown key "amends" in inbox.a: expected a schema, or data and unread',
  ],
  ['a user that is no schema', { user: { id: 'string' } }, `user must be ${schema}, got object`],
  ['a presence that is no schema', { presence: 1 }, `presence must be ${schema}, got 1`],
  ['join params that are no schema', { join: { invite: 'string' } }, `join must be ${schema}, got object`],
]

describe('defineContract refuses a mistake with a sentence that says what was expected', () => {
  test.each(mistakes)('%s', (_, definition, sentence) => {
    const attempt = () => define(definition)
    expect(attempt).toThrow(RoomfulError)
    expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(attempt).toThrow(sentence)
  })
})

describe('a schema', () => {
  const callable = Object.assign(() => {}, { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: 1 }) } })
  test.each([
    ['zod', z.string()] as const,
    ['valibot', v.string()],
    ['typeOnly', typeOnly()],
    ['a function', callable],
  ])('may be of %s', (_, value) => {
    expect(isSchema(value)).toBe(true)
    expect(() => define({ clientToServer: { a: value, b: { data: value, ack: value } } })).not.toThrow()
  })
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a string', '~standard'],
    ['an object', {}],
    ['a function', () => {}],
    ['an empty standard', { '~standard': null }],
    ['a standard that only describes itself', { '~standard': { version: 1, vendor: 'x', jsonSchema: {} } }],
  ])('is not %s', (_, value) => {
    expect(isSchema(value)).toBe(false)
  })
})
