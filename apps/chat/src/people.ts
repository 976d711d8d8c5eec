import type { User } from '@roomful/client'
import type { chat } from '@roomful-demo/chat-contract'

export type Person = User<typeof chat>

const HUES = [12, 38, 68, 110, 148, 178, 208, 236, 262, 290, 318, 344] as const

/** A person's hue in degrees. The same id always has the same hue. */
export function hueOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0
  return HUES[hash % HUES.length] ?? HUES[0]
}

/** One or two letters for a person's avatar. */
export function initialsOf(name: string): string {
  const [first = '', ...others] = name.split(/\s+/)
  return [first, others.at(-1) ?? '']
    .map((word) => /^./su.exec(word)?.[0] ?? '')
    .join('')
    .toUpperCase()
}
