import { readFile } from 'node:fs/promises'
import {
  INBOX,
  MAX_JOINS_MS,
  MAX_PARAMS_BYTES,
  defaultLimits,
  durabilities,
  finalCodes,
  isEventName,
  passingCodes,
  PROTOCOL_VERSION,
  wire,
} from '@roomful/contract/protocol'
import { describe, expect, test } from 'vitest'

// Other clients and servers speak roomful/1 too: these values are copied by hand, so that no change is by accident.
const rule =
  'a change that an old peer would not understand needs a new PROTOCOL_VERSION, any other a description in docs/protocol.md'

describe(`the protocol is frozen; ${rule}`, () => {
  test('its version', () => {
    expect(PROTOCOL_VERSION).toBe(1)
  })

  test('its event names', () => {
    expect(wire).toStrictEqual({
      hello: '$hello',
      join: '$join',
      leave: '$leave',
      publish: '$publish',
      history: '$history',
      volatile: '$volatile',
      events: '$events',
      members: '$members',
      head: '$head',
      auth: '$auth',
      presence: '$presence',
      typing: '$typing',
      bye: '$bye',
      out: '$out',
      redact: '$redact',
    })
  })

  test('the name of the inbox', () => {
    expect(INBOX).toBe('$inbox')
  })

  test('its codes', () => {
    expect(finalCodes).toStrictEqual(['FORBIDDEN', 'SHAPE', 'TOO_LARGE', 'CONFLICT', 'STALE', 'INTERNAL'])
    expect(passingCodes).toStrictEqual(['RATE', 'UNAVAILABLE', 'LIMIT', 'CLOSING', 'MORE', 'EPOCH', 'NOT_MEMBER'])
  })

  test('its durabilities', () => {
    expect(durabilities).toStrictEqual(['memory', 'disk', 'async', 'replica'])
  })

  test('its limits', () => {
    expect(MAX_PARAMS_BYTES).toBe(4_096)
    expect(MAX_JOINS_MS).toBe(3_000)
    expect(defaultLimits).toStrictEqual({
      eventBytes: 65_536,
      batchItems: 64,
      batchBytes: 98_304,
      page: 200,
      pageBytes: 262_144,
      rooms: 64,
      members: 200,
      presenceBytes: 4_096,
      dedupMs: 86_400_000,
    })
  })

  test('its shapes', async () => {
    const sources = ['wire.ts', 'wire-events.ts', 'wire-members.ts'].map(
      (file) => new URL(`../src/${file}`, import.meta.url),
    )
    const texts = await Promise.all(sources.map((source) => readFile(source, 'utf8')))
    expect(Object.assign({}, ...texts.map(shapesIn))).toStrictEqual({
      AuthAnswer: '{ ok: true; now: number; expiresAt?: number; user?: WireUser }',
      AuthRequest: '{ auth: Readonly<Record<string, unknown>> }',
      Bye: '{ code: string; after?: number; message?: string }',
      Durability: '(typeof durabilities)[number]',
      Entry:
        '{ event: string; data: unknown; seq: number; id: string; from: WireUser | null; at: number; redacted?: true }',
      FinalCode: '(typeof finalCodes)[number]',
      Head: '{ room: string; epoch: string; seq: number; previous?: { epoch: string; head: number } }',
      Hello:
        '{ v: number; capabilities: string[]; limits: Limits; user: WireUser | null; now: number; expiresAt?: number; durability?: Durability }',
      HistoryAnswer: '{ ok: true; epoch: string; head: number; first: number; entries: Entry[]; amendments?: Entry[] }',
      HistoryRequest: '{ room: string; epoch: string; limit: number } & ( | { after: number } | { before: number } )',
      ItemResult: '| { seq: number; at: number } | { code: string; message?: string }',
      JoinAnswer:
        '{ ok: true; epoch: string; head: number; first: number; entries: Entry[]; amendments?: Entry[]; continues?: number; members?: MembersSnapshot }',
      JoinRequest:
        '{ room: string; since?: { epoch: string; seq: number }; presence?: unknown; params?: unknown; last?: number; packs?: true }',
      JoinsAnswer: '{ ok: true; answers: (JoinAnswer | Refused)[] }',
      JoinsRequest: '{ rooms: JoinRequest[] }',
      LeaveAnswer: '{ ok: true }',
      LeaveRequest: '{ room: string }',
      Limits:
        '{ eventBytes: number; batchItems: number; batchBytes: number; page: number; pageBytes: number; rooms: number; members: number; presenceBytes: number; dedupMs: number }',
      MembersDelta:
        '{ room: string; v: number; count: number; set?: WireMember[]; gone?: string[]; list?: WireMember[]; partial?: true }',
      MembersSnapshot: '{ v: number; count: number; list: WireMember[]; partial?: true }',
      Out: '{ room: string; code: string; message?: string }',
      Pack: '{ room: string; epoch: string; from?: WireUser | null; events: PackedEvent[] }',
      PackedEvent:
        '{ event: string; data: unknown; seq?: number; id?: string; from?: WireUser | null; at: number; redacted?: true }',
      PassingCode: '(typeof passingCodes)[number]',
      PresenceAnswer: '{ ok: true }',
      PresenceRequest: '{ room: string; presence: unknown }',
      PublishAnswer:
        '{ ok: boolean; epoch: string; results: ItemResult[]; code?: string; message?: string; after?: number }',
      PublishItem: '{ n: number; id: string; event: string; data: unknown; traceparent?: string }',
      PublishRequest: '{ room: string; epoch: string; cid: string; items: PublishItem[] }',
      Redact: '{ seq: number }',
      Refused: '{ ok: false; code: string; message?: string; after?: number }',
      RefusedAck: '{ $error: { code: string; message?: string; data?: unknown } }',
      Typing: '{ room: string; from: WireUser; typing: boolean }',
      TypingRequest: '{ room: string; typing: boolean }',
      VolatileMessage: '{ room: string; event: string; data: unknown }',
      WireMember: '{ user: WireUser; presence?: unknown }',
      WireMeta:
        '{ $room: string; epoch?: string; seq?: number; id?: string; from: WireUser | null; at: number; redacted?: true }',
      WireUser: '{ id: string; [key: string]: unknown }',
    })
  })
})

describe('the names of the protocol', () => {
  test("cannot be names of a contract's events", () => {
    expect(Object.values(wire).filter(isEventName)).toEqual([])
  })
  test('docs/protocol.md has every name, code and limit', async () => {
    const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')
    const words = [
      ...Object.values(wire),
      INBOX,
      ...finalCodes,
      ...passingCodes,
      ...Object.keys(defaultLimits),
      ...durabilities,
    ]
    expect(words.filter((word) => !page.includes(`\`${word}\``) && !page.includes(` ${word} `))).toEqual([])
    for (const limit of Object.values(defaultLimits)) expect(page).toContain(` ${limit.toLocaleString('en')} `)
  })
  test('a code is either final or passing', () => {
    const codes = [...finalCodes, ...passingCodes]
    expect(new Set(codes).size).toBe(codes.length)
  })
})

/** Every exported interface and type by name, without comments, `readonly` and layout. */
function shapesIn(source: string): Record<string, string> {
  const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replaceAll(/\breadonly /g, '')
  const shapes: Record<string, string> = {}
  for (const statement of code.split(/^export /m)) {
    const [, name, shape] = /^(?:interface|type) (\w+)(?: =)?([^]*)$/.exec(statement) ?? []
    if (name && shape) shapes[name] = onOneLine(shape)
  }
  return shapes
}

function onOneLine(shape: string): string {
  const betweenMembers = /(?<=[^{])\n\s+(?=[\w$[])/g
  return shape.trim().replaceAll(betweenMembers, '; ').replaceAll(/\s+/g, ' ')
}
