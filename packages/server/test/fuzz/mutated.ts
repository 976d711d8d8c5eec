import fc from 'fast-check'

const oddNames = [
  '__proto__',
  'constructor',
  'toString',
  'error',
  'disconnect',
  'connect',
  'newListener',
  '$hello',
  '$',
]
const oddValues: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  [],
  {},
  [[]],
  'x'.repeat(300),
  'a\u202eb\u0000',
  '\ud800',
  { _placeholder: true, num: 0 },
  ...oddNames,
  ...oddNames.map((name) => JSON.parse(`{"${name}":{"polluted":true}}`) as unknown),
]

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddValues) },
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.string({ unit: 'binary' }),
)

/**
 * One of these lists of JSON values, with up to three changes in its parts, besides the first `kept` ones: any other value in place of
 * a part, or of a part of it. The list itself stays one, since a packet that is none ends the connection.
 */
export function mutated(lists: readonly (readonly unknown[])[], kept = 0): fc.Arbitrary<readonly unknown[]> {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(), anyValue), { maxLength: 3 })
  return fc.tuple(fc.constantFrom(...lists), changes).map(([list, all]) => {
    const parts = list.slice(kept)
    for (const [index, place, by] of all) {
      const at = index % parts.length
      parts[at] = replacedAt(parts[at], place, by)
    }
    return [...list.slice(0, kept), ...parts]
  })
}

/** `place` chooses the part: the value itself, or a part of one of its parts. */
function replacedAt(value: unknown, place: number, by: unknown): unknown {
  const parts: [string, unknown][] = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const choice = place % (parts.length + 1)
  if (choice === 0) return by
  const changed = parts.map(([key, part], index): [string, unknown] =>
    index === choice - 1 ? [key, replacedAt(part, Math.floor(place / (parts.length + 1)), by)] : [key, part],
  )
  return Array.isArray(value) ? changed.map(([, part]) => part) : Object.fromEntries(changed)
}
