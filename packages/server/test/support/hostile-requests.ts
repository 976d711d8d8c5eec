import { wire } from '@roomful/contract/protocol'
import { cidOf, requests, texts } from './start-rooms.ts'

const epoch = 'an epoch of ours'
const cid = cidOf('a')
const items = texts(['hi'])
export const long = 'x'.repeat(500_000)

const roomNames: unknown[] = [
  undefined,
  null,
  7,
  Number.NaN,
  true,
  {},
  [],
  '',
  'x'.repeat(129),
  long,
  '$other',
  '$inbox:ann',
  'a\u0000b',
  'a\nb',
  'a\u202eb',
  'a\ud800',
  ' a',
  'cafe\u0301',
]
/** Malformed requests, each with a pattern of the refusal's sentence. */
export const hostileRequests: [event: string, request: unknown, expected: RegExp][] = [
  ...requests.flatMap((event) =>
    [undefined, null, 7, 'general', long, true, [], [[]], Buffer.from('general')].map(
      (request): [string, unknown, RegExp] => [event, request, /expected \$\w+ \{ room|must be/],
    ),
  ),
  ...roomNames.flatMap((room): [string, unknown, RegExp][] => [
    [wire.join, { room }, /^a room's name must/],
    [wire.leave, { room }, /^a room's name must/],
    [wire.publish, { room, epoch, cid, items }, /^a room's name must/],
    [wire.history, { room, epoch, after: 0, limit: 1 }, /^a room's name must/],
    [wire.volatile, { room, event: 'cursor', data: { x: 1, y: 1 } }, /^a room's name must/],
    [wire.presence, { room, presence: null }, /^a room's name must/],
    [wire.typing, { room, typing: true }, /^a room's name must/],
  ]),
  ...[
    7,
    'x',
    [],
    { epoch },
    { epoch, seq: -1 },
    { epoch, seq: 1.5 },
    { epoch, seq: 2 ** 53 },
    { epoch, seq: '1' },
    { epoch: 7, seq: 1 },
    { epoch: long, seq: 1 },
    { epoch: 'short', seq: 1 },
  ].map((since): [string, unknown, RegExp] => [
    wire.join,
    { room: 'general', since },
    /expected since|seq must be|epoch must be/,
  ]),
  ...[0, -1, 1.5, '1', true, {}, 2 ** 53].map((last): [string, unknown, RegExp] => [
    wire.join,
    { room: 'general', last },
    /^last must be an integer of 1 or more/,
  ]),
  [wire.join, { room: 'elsewhere', params: Buffer.from('x') }, /^data must be JSON, got binary$/],
  ...[undefined, null, 7, '', long, {}].map((bad): [string, unknown, RegExp] => [
    wire.publish,
    { room: 'general', epoch: bad, cid, items },
    /^epoch must be/,
  ]),
  ...[undefined, null, 7, 'x'.repeat(21), 'x'.repeat(23), `${'x'.repeat(21)}\n`, 'é'.repeat(22), long, {}].map(
    (bad): [string, unknown, RegExp] => [
      wire.publish,
      { room: 'general', epoch, cid: bad, items },
      /^cid must be 22 characters of base64url/,
    ],
  ),
  ...[undefined, null, 7, 'items', {}, [], texts(Array.from({ length: 65 }, () => 'x'))].map(
    (bad): [string, unknown, RegExp] => [
      wire.publish,
      { room: 'general', epoch, cid, items: bad },
      /^items must be an array of 1 to 64/,
    ],
  ),
  ...[null, 7, 'item', []].map((bad): [string, unknown, RegExp] => [
    wire.publish,
    { room: 'general', epoch, cid, items: [bad] },
    /^expected an item/,
  ]),
  ...[undefined, null, 0, -1, 1.5, Number.NaN, 2 ** 53, 1e300, '1', {}].map((n): [string, unknown, RegExp] => [
    wire.publish,
    { room: 'general', epoch, cid, items: [{ ...items[0], n }] },
    /^n must be an integer of 1 or more/,
  ]),
  ...[undefined, null, 7, '', 'x'.repeat(15), 'x'.repeat(17), `${'x'.repeat(15)}\n`, 'é'.repeat(16), long, {}].map(
    (id): [string, unknown, RegExp] => [
      wire.publish,
      { room: 'general', epoch, cid, items: [...items, { ...items[0], n: 2, id }] },
      /^id must be 16 characters of base64url/,
    ],
  ),
  ...[
    [1, 1],
    [2, 1],
  ].map(([a, b]): [string, unknown, RegExp] => [
    wire.publish,
    {
      room: 'general',
      epoch,
      cid,
      items: [
        { ...items[0], n: a },
        { ...items[0], n: b },
      ],
    },
    /n of items must be strictly rising/,
  ]),
  ...[
    {},
    { after: 0 },
    { limit: 1 },
    { after: 0, before: 1, limit: 1 },
    { after: -1, limit: 1 },
    { before: 2 ** 53, limit: 1 },
    { after: 'x', limit: 1 },
    { after: 0, limit: 0 },
    { after: 0, limit: Number.NaN },
  ].map((range): [string, unknown, RegExp] => [
    wire.history,
    { room: 'general', epoch, ...range },
    /must be an integer|either after or before/,
  ]),
  [wire.presence, { room: 'general' }, /^presence must be any JSON, or null to remove it, got undefined$/],
  [wire.presence, { room: 'general', presence: Buffer.from('x') }, /^data must be JSON, got binary$/],
  [wire.presence, { room: 'general', presence: { a: [Buffer.from('x')] } }, /^data must be JSON, got binary$/],
  ...[undefined, null, 0, 1, 'true', [], {}].map((typing): [string, unknown, RegExp] => [
    wire.typing,
    { room: 'general', typing },
    /^typing must be true or false, got/,
  ]),
]
